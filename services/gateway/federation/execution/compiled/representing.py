"""Objects → representations. What tells objects apart is their key: a value, or a tuple of several."""

from collections.abc import Callable
from itertools import starmap
from operator import attrgetter
from typing import Any

from graphql import GraphQLList, get_nullable_type
from msgspec import Struct, defstruct

from services.gateway.federation.execution.compiled.gathering import Objects, over
from services.gateway.federation.execution.compiled.shapes import FieldShape, NotCompiled, ObjectShape, needs_of
from services.gateway.federation.execution.compiled.structs import Structs, attribute, renamed
from services.gateway.federation.operation.selection import TYPENAME
from services.gateway.federation.planning.plan import EntityCall, Need

Key = Any
Keys = Callable[[Objects], list[Key]]
_Read = Callable[[Any], Any]


class Irregular(Exception):
    """The answers are not the usual ones: the interpreter is to look at them."""


class Representing:
    """One call's. `represent` makes representations of keys."""

    def __init__(self, call: EntityCall, structs: Structs) -> None:
        (names, *others) = [tuple(need.name for need in target.needs) for target in call.targets]
        if not names or any(each != names for each in others):
            raise NotCompiled("representations that differ by place")
        self._structs = structs
        self._forms: dict[tuple[str | None, tuple[str, ...]], type[Struct]] = {}
        made = self._form(call.type_name, names)
        self.represent: Callable[[list[Key]], list[Struct]] = (
            (lambda keys: list(map(made, keys))) if len(names) == 1 else (lambda keys: list(starmap(made, keys)))
        )

    def _form(self, type_name: str | None, names: tuple[str, ...]) -> type[Struct]:
        """One for all places, so that what says the same is equal. Without a type its `__typename` is not sent."""
        if TYPENAME in names:
            raise NotCompiled("a key of the type's name")
        known = self._forms.get((type_name, names))
        if known is None:
            known = defstruct(
                "Representation",
                [(attribute(name), Any) for name in names],
                rename=renamed(names),
                tag_field=TYPENAME if type_name else None,
                tag=type_name,
                gc=False,
                frozen=True,
            )
            self._forms[type_name, names] = known
        return known

    def keys(self, shape: ObjectShape, needs: tuple[Need, ...]) -> Keys:
        """The keys of objects of the shape: None for one that lacks what it must have."""
        required = [index for index, need in enumerate(needs) if need.is_key]
        if not required:
            raise NotCompiled("a representation without a key")
        reads = [self._read(shape.fields[need.key], need) for need in needs]
        if len(reads) == 1:
            return lambda objects: list(map(reads[0], objects))

        def keys(objects: Objects) -> list[Key]:
            columns = [list(map(read, objects)) for read in reads]
            found: list[Key] = list(zip(*columns, strict=True))
            if any(None in columns[index] for index in required):
                return [None if any(key[index] is None for index in required) else key for key in found]
            return found

        return keys

    def _read(self, field: FieldShape, need: Need) -> _Read:
        """From the object that has the field to what is sent of it."""
        get = attrgetter(attribute(need.key))
        if not field.below and not isinstance(get_nullable_type(field.type), GraphQLList):
            return get
        sent = over(field.type, self._nested(field, need) if field.below else _as_it_is)
        return lambda owner: sent(get(owner))

    def _nested(self, field: FieldShape, need: Need) -> _Read:
        made = {
            self._structs.whole(shape): self._object(shape, need)
            for shape in field.below
            if all(one.key in shape.fields for one in needs_of(need.needs, shape.type_name))
        }

        def sent(one: Any) -> Any:
            make = made.get(type(one))
            if make is None:
                raise Irregular
            return make(one)

        return sent

    def _object(self, shape: ObjectShape, need: Need) -> _Read:
        needs = needs_of(need.needs, shape.type_name)
        form = self._form(shape.type_name if need.with_typename else None, tuple(one.name for one in needs))
        reads = [self._read(shape.fields[one.key], one) for one in needs]
        return lambda one: form(*[read(one) for read in reads])


def _as_it_is(value: Any) -> Any:
    return value
