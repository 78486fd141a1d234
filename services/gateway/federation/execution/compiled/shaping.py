"""Plan → shapes. What has none raises NotCompiled, and is the interpreter's: fields that come from several places,
objects that are known by an interface only, keys that differ from the subgraph's."""

from collections.abc import Iterator

from graphql import (
    GraphQLObjectType,
    GraphQLOutputType,
    get_named_type,
    is_leaf_type,
    is_output_type,
    parse_type,
    type_from_ast,
)

from services.gateway.federation.execution.compiled.shapes import (
    FieldShape,
    NotCompiled,
    ObjectShape,
    Source,
    at,
    is_alike,
    needs_of,
)
from services.gateway.federation.operation.selection import TYPENAME, Field, Selections, collect
from services.gateway.federation.planning.plan import EntityCall, EntityFetch, Need, Plan, RootFetch
from services.gateway.federation.supergraph.model import Supergraph


def shape_of(supergraph: Supergraph, plan: Plan) -> ObjectShape:
    """Raises NotCompiled."""
    if plan.introspection or not plan.fetches:
        raise NotCompiled("a question about the schema")
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
    for lacking in _settle(root):
        raise NotCompiled(f"nobody brings {lacking}")
    for fetch in plan.fetches:
        for call in fetch.calls if isinstance(fetch, EntityFetch) else ():
            _share(root, call)
    return root


class _Shaping:
    def __init__(self, supergraph: Supergraph) -> None:
        self._supergraph = supergraph
        self._schema = supergraph.api_schema

    def asked(self, type_name: str, selections: Selections) -> ObjectShape:
        """What the client asks of an object, brought by nobody yet."""
        type_ = self._schema.type_map.get(type_name)
        assert isinstance(type_, GraphQLObjectType)  # noqa: S101 - the types of objects are no others
        shape = ObjectShape(type_name)
        for one in collect(selections, self._supergraph.names_of(type_name)):
            shape.order.append(one.key)
            if one.name == TYPENAME:
                shape.typenames.append(one.key)
                continue
            definition = type_.fields.get(one.name)
            if definition is None:
                raise NotCompiled(f"{type_name}.{one.name} is no field of the schema")
            below = tuple(self.asked(name, one.selections) for name in self._types_of(definition.type))
            shape.fields[one.key] = _field(one.key, definition.type, below)
        return shape

    def _types_of(self, type_: GraphQLOutputType) -> tuple[str, ...]:
        """The types that an object in a field of this type can have, none of a leaf."""
        named = get_named_type(type_)
        if is_leaf_type(named):
            return ()
        return tuple(name for name in self._supergraph.possible_types(named.name) if name in self._schema.type_map)

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
            self._bring(shape, call.selections, call)

    def _bring(self, shape: ObjectShape, selections: Selections, source: Source) -> None:
        for one in collect(selections, self._supergraph.names_of(shape.type_name)):
            if one.name != TYPENAME:
                self._bring_field(shape, one, source)

    def _bring_field(self, shape: ObjectShape, one: Field, source: Source) -> None:
        found = shape.fields.get(one.key)
        if found is None:
            found = shape.fields[one.key] = self._hidden(shape, one)
        if found.source is not None:
            raise NotCompiled(f"{shape.type_name}.{one.name} comes from several places")
        if found.is_of_several_types and not _asks_for_the_type(one.selections):
            raise NotCompiled(f"nobody asks which type {shape.type_name}.{one.name} is of")
        found.source = source
        for below in found.below:
            below.source = source
            self._bring(below, one.selections, source)

    def _hidden(self, shape: ObjectShape, one: Field) -> FieldShape:
        model = self._supergraph.field(shape.type_name, one.name)
        node = parse_type(model.type_text, no_location=True) if model else None
        type_ = node and type_from_ast(self._schema, node)
        if not is_output_type(type_) or one.key in shape.typenames:
            raise NotCompiled(f"{shape.type_name}.{one.name} is not of the clients' schema")
        hidden = _field(one.key, type_, tuple(ObjectShape(name) for name in self._types_of(type_)))
        hidden.is_hidden = True
        return hidden


def _field(key: str, type_: GraphQLOutputType, below: tuple[ObjectShape, ...]) -> FieldShape:
    made = FieldShape(key, type_, below)
    if made.is_of_several_types:
        for shape in below:
            shape.is_tagged = True
            if TYPENAME in shape.fields:
                raise NotCompiled("a field that goes by the name of another's type")
    return made


def _asks_for_the_type(selections: Selections) -> bool:
    return any(isinstance(one, Field) and one.name == one.key == TYPENAME for one in selections)


def _need(shape: ObjectShape, need: Need) -> None:
    """Types that a subgraph asks nothing of are none of those that it can answer: they are no longer reckoned with."""
    found = shape.fields.get(need.key)
    if found is None or bool(found.below) != bool(need.needs):
        raise NotCompiled("a representation of what nobody brings")
    found.is_needed = True
    for below in found.below:
        for one in needs_of(need.needs, below.type_name):
            if one.key in below.fields or not found.is_of_several_types:
                _need(below, one)


def _settle(shape: ObjectShape) -> Iterator[str]:
    """What nobody brings. Of several types those are left out that no subgraph is asked for."""
    for one in shape.fields.values():
        if one.source is None:
            yield one.key
        elif one.is_of_several_types:
            one.below = tuple(below for below in one.below if not any(_settle(below)))
            if not one.below:
                yield one.key
        else:
            for below in one.below:
                yield from _settle(below)


def _share(root: ObjectShape, call: EntityCall) -> None:
    """What an entity brings may stand at several places: the objects in it are one there, and so are their shapes."""
    first, *others = [at(root, target.path) for target in call.targets]
    for other in others:
        for one in first.brought_by(call):
            if not is_alike(one, other.fields[one.key]):
                raise NotCompiled("objects that go separate ways at several places")
            other.fields[one.key].below = one.below
