"""The truth as servers tell it: each subgraph what it has, the oracle everything."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

from graphql import (
    FieldDefinitionNode,
    GraphQLError,
    GraphQLInterfaceType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLSchema,
    GraphQLUnionType,
    ListTypeNode,
    NonNullTypeNode,
    TypeNode,
    Visitor,
    build_ast_schema,
    parse,
    visit,
)

from tests.federation.fuzz.printing import executable_sdl
from tests.federation.fuzz.readings import Reading
from tests.federation.fuzz.truth import Object, Truth, entity, picked_of, told
from tests.federation.fuzz.world import KEYS, Picks, World, picked_from

_EVENTS = 3
_Resolve = Callable[..., Any]


def subgraph_schema(world: World, truth: Truth, subgraph: str) -> GraphQLSchema:
    """The subgraph, executable. What it has not got it refuses to say, and what it requires it has to be told."""
    schema = build_ast_schema(parse(executable_sdl(world, subgraph)), assume_valid=True, assume_valid_sdl=True)

    def resolve(source: Any, info: GraphQLResolveInfo[Any], **arguments: Any) -> Any:
        source = source or Object(info.parent_type.name, "root")
        name = info.field_name
        one = world.parts[subgraph, info.parent_type.name].fields[name]
        picked = picked_from(source.provided, source.type_name)
        if one.is_external and name not in KEYS and all(it.name != name for it in picked):
            raise GraphQLError(f"{name} is not ours")
        if one.requires and not _covers(picked, one.requires):
            return told(picked_of({"__typename": source.type_name, **source.given}, one.requires))
        provided = (*one.provides, *(inner for it in picked if it.name == name for inner in it.picks))
        return _providing(truth.value(source, name, arguments), provided)

    def entities(_source: object, _info: object, representations: list[dict[str, Any]]) -> list[Any]:
        found = map(entity, representations)
        return [truth.lapse(subgraph, one) if isinstance(one, Object) else one for one in found]

    return _resolved(schema, resolve, entities)


@dataclass(frozen=True)
class Oracle:
    """The whole, as one server would have it. In `lenient` nothing goes up: every error is told, where it happens."""

    strict: GraphQLSchema
    lenient: GraphQLSchema


def make_oracle(truth: Truth, sdl: str) -> Oracle:
    """`sdl` is what clients see."""
    document = parse(sdl)
    strict = build_ast_schema(document)

    def resolve(source: Any, info: GraphQLResolveInfo[Any], **arguments: Any) -> Any:
        source = source or Object(info.parent_type.name, "root")
        reading: Reading = info.context or Reading()
        return reading.read(source, info, lambda: truth.value(source, info.field_name, arguments))

    def resolve_leniently(source: Any, info: GraphQLResolveInfo[Any], **arguments: Any) -> Any:
        value = resolve(source, info, **arguments)
        told = strict.get_field(strict.type_map[info.parent_type.name], info.field_name)  # type: ignore[arg-type]
        if value is None and told and isinstance(told.type, GraphQLNonNull):
            raise GraphQLError("null where none may be")
        return value

    lenient = build_ast_schema(visit(document, _Lenient()))
    return Oracle(_resolved(strict, resolve), _resolved(lenient, resolve_leniently))


class _Lenient(Visitor):
    """Every field may be null."""

    def enter_field_definition(self, node: FieldDefinitionNode, *_: object) -> FieldDefinitionNode:
        return FieldDefinitionNode(
            name=node.name, arguments=node.arguments, directives=node.directives, type=_nullable(node.type)
        )


def _nullable(node: TypeNode) -> Any:
    if isinstance(node, NonNullTypeNode):
        return _nullable(node.type)
    return ListTypeNode(type=_nullable(node.type)) if isinstance(node, ListTypeNode) else node


def _covers(provided: Picks, required: Picks) -> bool:
    """Whether the way here made available what would have to be told otherwise."""
    return all(
        any(one.name == it.name and not it.arguments and _covers(one.picks, it.picks) for one in provided)
        for it in required
    )


def _providing(value: Any, provided: Picks) -> Any:
    if isinstance(value, list):
        return [_providing(item, provided) for item in value]
    if isinstance(value, Object):
        value.provided = provided
    return value


def _resolved(schema: GraphQLSchema, resolve: _Resolve, entities: _Resolve | None = None) -> GraphQLSchema:
    for type_ in schema.type_map.values():
        if type_.name.startswith("__"):
            continue
        if isinstance(type_, GraphQLObjectType):
            for name, one in type_.fields.items():
                one.resolve = entities if name == "_entities" else resolve
                if type_ is schema.subscription_type:
                    one.subscribe = _events
        elif isinstance(type_, GraphQLInterfaceType | GraphQLUnionType):
            type_.resolve_type = _type_of
    return schema


async def _events(_source: object, info: GraphQLResolveInfo[Any], **_arguments: Any) -> AsyncIterator[Object]:
    for number in range(_EVENTS):
        yield Object(info.parent_type.name, f"event{number}")


def _type_of(value: Object, info: GraphQLResolveInfo[Any], _type: object) -> str:
    """Where only the interface is known, as an object, it answers for all that implement it."""
    return value.type_name if value.type_name in info.schema.type_map else "I"
