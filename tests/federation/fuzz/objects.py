"""What every subgraph of a world would say, were it asked: a function of the object and the field, and of nothing else.

So all subgraphs agree on what they share, and one server with the whole schema, the oracle, says what their gateway is
to say. A field that `@requires` others is told from what it is given; a field that a subgraph has not got fails.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from zlib import crc32

from graphql import (
    GraphQLEnumType,
    GraphQLError,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLSchema,
    GraphQLUnionType,
    build_ast_schema,
    parse,
)

from tests.federation.fuzz.world import Declared, World

_ENTITIES = """
scalar _Any
union _Entity = {}
extend type Query {{ _entities(representations: [_Any!]!): [_Entity]! }}
"""


@dataclass
class Object:
    """`given` is what a representation brought along, `provided` what the way here makes available."""

    type_name: str
    id: str
    given: Mapping[str, Any] = field(default_factory=dict)
    provided: tuple[str, ...] = ()


def chance_of(*parts: object) -> int:
    return crc32("/".join(map(str, parts)).encode())


class Resolver:
    """The fields of one schema. `declared` tells of a subgraph's fields; without it this is the oracle."""

    def __init__(self, world: World, declared: Mapping[tuple[str, str], Declared] | None) -> None:
        self.world = world
        self.declared = declared
        self.required = {
            (name, field_name): one.requires
            for (_, name), part in world.parts.items()
            for field_name, one in part.fields.items()
            if one.requires
        }

    def resolve(self, source: Any, info: GraphQLResolveInfo[Any], **arguments: Any) -> Any:
        source = source or Object(info.parent_type.name, "root")
        one = self.declared.get((info.parent_type.name, info.field_name)) if self.declared is not None else None
        if info.field_name in ("id", "code"):
            return source.id if info.field_name == "id" else f"c{source.id}"
        if one and one.is_external and info.field_name not in source.provided:
            raise GraphQLError(f"{info.field_name} is not ours")
        told = self._told(source, info, one)
        return told if told is not None else self._made(source, info, one, _sorted(arguments))

    def _told(self, source: Object, info: GraphQLResolveInfo[Any], one: Declared | None) -> str | None:
        wanted = self.required.get((info.parent_type.name, info.field_name))
        if not wanted:
            return None
        if one is None:
            schema = info.schema.type_map[info.parent_type.name]
            values = [self._required(source, schema, name) for name in wanted]  # the oracle knows everything
        else:
            missing = [name for name in wanted if name not in source.given]
            if missing:
                raise GraphQLError(f"{missing} is required")
            values = [source.given[name] for name in wanted]
        return f"told {values}"

    def _required(self, source: Object, schema: Any, name: str) -> Any:
        return self._value(schema.fields[name].type, source, name, (), None)

    def _made(
        self, source: Object, info: GraphQLResolveInfo[Any], one: Declared | None, arguments: tuple[Any, ...]
    ) -> Any:
        if info.parent_type.name != "Query" and self._is_broken(source, info.field_name):
            raise GraphQLError(f"{info.field_name} of {source.id} is broken")
        return self._value(info.return_type, source, info.field_name, arguments, one)

    def _value(self, type_: Any, source: Object, name: str, where: tuple[Any, ...], one: Declared | None) -> Any:
        if isinstance(type_, GraphQLNonNull):
            return self._present(type_.of_type, source, name, where, one)
        if chance_of("null", source.id, name, where) % 8 == 0:
            return None
        return self._present(type_, source, name, where, one)

    def _present(self, type_: Any, source: Object, name: str, where: tuple[Any, ...], one: Declared | None) -> Any:
        number = chance_of(source.id, name, where)
        if isinstance(type_, GraphQLList):
            return [self._value(type_.of_type, source, name, (*where, index), one) for index in range(number % 4)]
        if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType | GraphQLUnionType):
            return self._object(type_.name, source, name, where, number, one)
        if isinstance(type_, GraphQLEnumType):
            return ("RED", "GREEN", "BLUE")[number % 3]
        return {"Int": number % 1000, "Boolean": number % 2 == 0}.get(type_.name, f"{name} {number % 97}")

    def _object(
        self, type_name: str, source: Object, name: str, where: tuple[Any, ...], number: int, one: Declared | None
    ) -> Object:
        if type_name == "Query":
            return Object(type_name, "root")
        provided = one.provides if one else ()
        if type_name in self.world.values:
            return Object(type_name, f"{source.id}.{name}.{where}", provided=provided)
        names = self._members(type_name, name)
        chosen = names[number % len(names)]
        return Object(chosen, f"{chosen}{number % 5}", provided=provided)

    def _members(self, type_name: str, field_name: str) -> tuple[str, ...]:
        """Of a union, those of the subgraph whose field it is, by which the field's value is the same everywhere."""
        if type_name in self.world.unions:
            return self.world.unions[type_name][self._owner(field_name)]
        return self.world.implements.get(type_name, (type_name,))

    def _owner(self, field_name: str) -> str:
        return next(
            owner
            for (owner, _), part in self.world.parts.items()
            if field_name in part.fields and not part.fields[field_name].is_external
        )

    def _is_broken(self, source: Object, name: str) -> bool:
        """Never what others require: of a failed requirement the peers send null, we send nothing and say why."""
        is_required = any(name in wanted for wanted in self.required.values())
        return not is_required and chance_of("error", source.id, name) % 60 == 0

    def entities(self, _source: object, _info: object, representations: list[dict[str, Any]]) -> list[Object]:
        return [_entity(dict(one)) for one in representations]


def _entity(representation: dict[str, Any]) -> Object:
    type_name = representation.pop("__typename")
    identity = representation.get("id") or representation.get("code", "")[1:]
    if not identity:
        raise GraphQLError("a representation without a key")
    return Object(type_name, identity, given=representation)


def _sorted(arguments: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(sorted(arguments.items()))


def subgraph_schema(world: World, name: str) -> GraphQLSchema:
    """The subgraph, executable; its directives are only the composer's business."""
    lines = world.sdl(name).split("\n")[1:]
    parts = {type_name: part for (owner, type_name), part in world.parts.items() if owner == name}
    keyed = [one for one, part in parts.items() if "@key" in part.head and not part.head.startswith("interface")]
    extra = _ENTITIES.format(" | ".join(keyed)) if keyed else ""
    schema = build_ast_schema(parse("\n".join([*lines, extra])), assume_valid=True, assume_valid_sdl=True)
    declared = {(one, key): value for one, part in parts.items() for key, value in part.fields.items()}
    return _resolved(schema, Resolver(world, declared))


def oracle_schema(world: World, api_schema: GraphQLSchema) -> GraphQLSchema:
    """The whole, as one server would have it."""
    return _resolved(api_schema, Resolver(world, None))


def _resolved(schema: GraphQLSchema, resolver: Resolver) -> GraphQLSchema:
    for type_ in schema.type_map.values():
        if type_.name.startswith("__"):
            continue
        if isinstance(type_, GraphQLObjectType):
            type_.is_type_of = None
            for name, one in type_.fields.items():
                one.resolve = resolver.entities if name == "_entities" else resolver.resolve
        elif isinstance(type_, GraphQLInterfaceType | GraphQLUnionType):
            type_.resolve_type = _type_of
    return schema


def _type_of(value: Object, info: GraphQLResolveInfo[Any], _type: object) -> str:
    """Where only the interface is known, as an object, it answers for all that implement it."""
    return value.type_name if value.type_name in info.schema.type_map else "I"
