"""Shapes: every object of an answer, which fields it has, and which fetch brings each of them.

An object whose type only its `__typename` tells has a shape for each type that it can be.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from graphql import GraphQLObjectType, GraphQLOutputType, get_named_type

from services.gateway.federation.planning.plan import EntityCall, Need, Path, RootFetch, Step

Source = RootFetch | EntityCall
"""Who brings a field."""


class NotCompiled(Exception):
    """The plan has something that only the interpreter can do; the message says what."""


@dataclass(slots=True)
class FieldShape:
    """`below` are the shapes of its objects, none of leaves. Hidden ones are the plan's own; needed ones make up
    representations."""

    key: str
    type: GraphQLOutputType
    below: "tuple[ObjectShape, ...]" = ()
    source: Source | None = None
    is_hidden: bool = False
    is_needed: bool = False

    @property
    def is_of_several_types(self) -> bool:
        """True also when there is one type at present: the schema does not say which."""
        return bool(self.below) and not isinstance(get_named_type(self.type), GraphQLObjectType)

    def of_type(self, name: str | None) -> "ObjectShape":
        """Without a name, the only one."""
        found = [one for one in self.below if name is None or one.type_name == name]
        if len(found) != 1 or (name is None and self.is_of_several_types):
            raise NotCompiled("objects of several types at once, or of none")
        return found[0]

    def step_to(self, shape: "ObjectShape") -> Step:
        """The last step of a path to objects of the shape."""
        return Step(self.key, shape.type_name if self.is_of_several_types else None)


@dataclass(slots=True)
class ObjectShape:
    """`order` has the client's keys; `typenames` those of `__typename`, `fields` are all others.

    `is_tagged`: its answer tells its type.
    """

    type_name: str
    is_tagged: bool = False
    source: Source | None = None
    fields: dict[str, FieldShape] = field(default_factory=dict)
    typenames: list[str] = field(default_factory=list)
    order: list[str] = field(default_factory=list)
    targeted_by: list[EntityCall] = field(default_factory=list)

    @property
    def shown(self) -> list[FieldShape]:
        return [one for one in self.fields.values() if not one.is_hidden]

    @property
    def hidden(self) -> list[FieldShape]:
        return [one for one in self.fields.values() if one.is_hidden]

    def brought_by(self, source: Source | None) -> list[FieldShape]:
        return [one for one in self.fields.values() if one.source is source]


def at(root: ObjectShape, path: Path) -> ObjectShape:
    """The shape of the objects at a path. Raises NotCompiled."""
    shape = root
    for step in path:
        found = shape.fields.get(step.key)
        if found is None:
            raise NotCompiled("a path to a field that nobody brings")
        shape = found.of_type(step.on)
    return shape


def needs_of(needs: tuple[Need, ...], type_name: str) -> list[Need]:
    """Those of them that objects of the type have."""
    return [one for one in needs if one.on in {None, type_name}]


def is_alike(one: FieldShape, other: FieldShape) -> bool:
    """Whether one value can stand in both: what happens to the objects in it is the same all the way down."""
    return (
        str(one.type) == str(other.type)
        and len(one.below) == len(other.below)
        and all(map(_are_alike, one.below, other.below))
    )


def _are_alike(one: ObjectShape, other: ObjectShape) -> bool:
    return _told(one) == _told(other) and all(map(is_alike, one.fields.values(), other.fields.values()))


def _told(shape: ObjectShape) -> object:
    fields = [(one.key, one.is_hidden, id(one.source)) for one in shape.fields.values()]
    return shape.type_name, shape.typenames, shape.order, fields, [id(call) for call in shape.targeted_by]


def places_below(root: ObjectShape) -> Iterator[tuple[Path, ObjectShape, FieldShape]]:
    """Every shown field that has objects below: the path to its owners, their shape, and itself; owners come first."""
    waiting: list[tuple[Path, ObjectShape]] = [((), root)]
    while waiting:
        path, shape = waiting.pop()
        for one in shape.shown:
            if one.below:
                yield path, shape, one
                waiting += [((*path, one.step_to(below)), below) for below in one.below]
