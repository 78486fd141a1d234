"""Plan → shapes: every object of the answer, which fields it has, and which fetch brings each of them.

Only what is simple has a shape: objects whose type is known beforehand, and fields that come from one place. All else
raises NotCompiled, and is the interpreter's.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from graphql import (
    GraphQLObjectType,
    GraphQLOutputType,
    get_named_type,
    is_leaf_type,
    is_output_type,
    parse_type,
    type_from_ast,
)

from services.gateway.federation.operation.selection import TYPENAME, Field, Selections, collect
from services.gateway.federation.planning.plan import EntityCall, Need, Path, Plan, RootFetch
from services.gateway.federation.supergraph.model import Supergraph

Source = RootFetch | EntityCall
"""Who brings a field."""


class NotCompiled(Exception):
    """The plan has something that only the interpreter can do; the message says what."""


@dataclass(slots=True)
class FieldShape:
    """`below` is of composite fields. Hidden ones are the plan's own; needed ones make up representations."""

    key: str
    type: GraphQLOutputType
    below: "ObjectShape | None" = None
    source: Source | None = None
    is_hidden: bool = False
    is_needed: bool = False


@dataclass(slots=True)
class ObjectShape:
    """`order` has the client's keys; `typenames` those of `__typename`, which is known, `fields` are all others."""

    type_name: str
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


def shape_of(supergraph: Supergraph, plan: Plan) -> ObjectShape:
    """Raises NotCompiled."""
    if plan.operation.kind != "query" or plan.introspection or not plan.fetches:
        raise NotCompiled("not a query that asks subgraphs only")
    if any(fetch.renames for fetch in plan.fetches):
        raise NotCompiled("keys that differ from the subgraph's")
    shaping = _Shaping(supergraph)
    root = shaping.asked(plan.operation.root_type, plan.operation.selections)
    for fetch in plan.fetches:
        if isinstance(fetch, RootFetch):
            shaping.bring_root(root, fetch, is_only=sum(isinstance(one, RootFetch) for one in plan.fetches) == 1)
        else:
            for call in fetch.calls:
                shaping.bring_entities(root, call)
    _check_all_is_brought(root)
    return root


def at(root: ObjectShape, path: Path) -> ObjectShape:
    """The shape of the objects at a path."""
    shape = root
    for step in path:
        found = shape.fields.get(step.key)
        if step.on is not None or found is None or found.below is None:
            raise NotCompiled("a path through objects of several types")
        shape = found.below
    return shape


class _Shaping:
    def __init__(self, supergraph: Supergraph) -> None:
        self._supergraph = supergraph
        self._schema = supergraph.api_schema

    def asked(self, type_name: str, selections: Selections) -> ObjectShape:
        """What the client asks of an object, brought by nobody yet."""
        type_ = self._schema.type_map.get(type_name)
        if not isinstance(type_, GraphQLObjectType):
            raise NotCompiled(f"{type_name} has several types")
        shape = ObjectShape(type_name)
        for one in collect(selections, self._supergraph.names_of(type_name)):
            shape.order.append(one.key)
            if one.name == TYPENAME:
                shape.typenames.append(one.key)
                continue
            definition = type_.fields.get(one.name)
            if definition is None:
                raise NotCompiled(f"{type_name}.{one.name} is no field of the schema")
            shape.fields[one.key] = FieldShape(one.key, definition.type, self._below(definition.type, one.selections))
        return shape

    def _below(self, type_: GraphQLOutputType, selections: Selections) -> ObjectShape | None:
        named = get_named_type(type_)
        return None if is_leaf_type(named) else self.asked(named.name, selections)

    def bring_root(self, root: ObjectShape, fetch: RootFetch, *, is_only: bool) -> None:
        if fetch.path:
            raise NotCompiled("a root type below the root")
        if is_only:
            root.source = fetch
        self._bring(root, fetch.selections, fetch)

    def bring_entities(self, root: ObjectShape, call: EntityCall) -> None:
        for target in call.targets:
            shape = at(root, target.path)
            shape.targeted_by.append(call)
            for need in target.needs:
                _need(shape, need)
            if len(call.targets) > 1 and any(isinstance(one, Field) and one.selections for one in call.selections):
                raise NotCompiled("objects that are shared by several places")
            self._bring(shape, call.selections, call)

    def _bring(self, shape: ObjectShape, selections: Selections, source: Source) -> None:
        for one in selections:
            if not isinstance(one, Field):
                raise NotCompiled("a fragment")
            if one.name != TYPENAME:
                self._bring_field(shape, one, source)

    def _bring_field(self, shape: ObjectShape, one: Field, source: Source) -> None:
        found = shape.fields.get(one.key)
        if found is None:
            found = shape.fields[one.key] = self._hidden(shape, one)
        if found.source is not None:
            raise NotCompiled(f"{shape.type_name}.{one.name} comes from several places")
        found.source = source
        if found.below is not None:
            found.below.source = source
            self._bring(found.below, one.selections, source)

    def _hidden(self, shape: ObjectShape, one: Field) -> FieldShape:
        model = self._supergraph.field(shape.type_name, one.name)
        node = parse_type(model.type_text, no_location=True) if model else None
        type_ = node and type_from_ast(self._schema, node)
        if not is_output_type(type_) or one.key in shape.typenames:
            raise NotCompiled(f"{shape.type_name}.{one.name} is not of the clients' schema")
        below = None if is_leaf_type(get_named_type(type_)) else ObjectShape(get_named_type(type_).name)
        return FieldShape(one.key, type_, below, is_hidden=True)


def _need(shape: ObjectShape, need: Need) -> None:
    found = shape.fields.get(need.key)
    if need.needs or need.on is not None or found is None or found.below is not None:
        raise NotCompiled("a representation of more than plain fields")
    found.is_needed = True


def _check_all_is_brought(shape: ObjectShape) -> None:
    for one in _all_fields(shape):
        if one.source is None:
            raise NotCompiled(f"nobody brings {one.key}")


def _all_fields(shape: ObjectShape) -> Iterator[FieldShape]:
    for one in shape.fields.values():
        yield one
        if one.below is not None:
            yield from _all_fields(one.below)
