"""A real subgraph in memory: its own schema, its own resolvers, its own validation of what the engine sends."""

import json
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from inspect import isawaitable
from typing import Any

from graphql import ExecutionResult, GraphQLField, GraphQLSchema, build_ast_schema, graphql, parse, subscribe

from services.gateway.federation import FetchRequest

Resolver = Callable[..., Any]
_ENTITIES = """
scalar _Any
union _Entity = {members}
extend type Query {{ _entities(representations: [_Any!]!): [_Entity]! }}
"""


class MemorySubgraph:
    """`resolvers` are by "Type.field" (of a subscription: its source of events), `references` by type: representation
    in, object (or None) out.
    """

    def __init__(self, sdl: str, resolvers: Mapping[str, Resolver], references: Mapping[str, Resolver]) -> None:
        self.requests: list[FetchRequest] = []
        self.references = references
        self.schema = _build(sdl, [name for name in references if f"type {name} " in sdl])
        for coordinate, resolver in resolvers.items():
            self._set(coordinate, resolver)
        if references:
            self._set("Query._entities", self._resolve_entities)

    async def fetch(self, request: FetchRequest) -> bytes:
        self.requests.append(request)
        result = await graphql(
            self.schema,
            request.query,
            context_value=request.context,
            variable_values=request.variables,
            operation_name=request.operation_name,
        )
        return _body(result)

    @asynccontextmanager
    async def subscribe(self, request: FetchRequest) -> AsyncGenerator[AsyncIterator[bytes], None]:
        self.requests.append(request)
        stream = subscribe(
            self.schema,
            parse(request.query),
            context_value=request.context,
            variable_values=request.variables,
            operation_name=request.operation_name,
        )
        if isawaitable(stream):
            stream = await stream
        if isinstance(stream, ExecutionResult):
            yield _one(_body(stream))
            return
        try:
            yield (_body(result) async for result in stream)
        finally:
            await stream.aclose()  # type: ignore[attr-defined]

    def _set(self, coordinate: str, resolver: Resolver) -> None:
        type_name, field_name = coordinate.split(".")
        field: GraphQLField = self.schema.type_map[type_name].fields[field_name]  # type: ignore[attr-defined]
        if type_name == "Subscription":
            field.subscribe, field.resolve = resolver, lambda event, *_: event
        else:
            field.resolve = resolver

    def _resolve_entities(self, _source: object, _info: object, representations: list[dict[str, Any]]) -> list[Any]:
        return [self._resolve_entity(dict(one)) for one in representations]

    def _resolve_entity(self, representation: dict[str, Any]) -> Any:
        type_name = representation.pop("__typename")
        try:
            found = self.references[type_name](representation)
        except Exception as error:  # noqa: BLE001 - as a server does it: an error of this entity only
            return error
        return found if found is None else {"__typename": type_name, **found}


def _body(result: ExecutionResult) -> bytes:
    return json.dumps(result.formatted).encode()


async def _one(body: bytes) -> AsyncGenerator[bytes, None]:
    yield body


def _build(sdl: str, entities: list[str]) -> GraphQLSchema:
    extra = _ENTITIES.format(members=" | ".join(entities)) if entities else ""
    return build_ast_schema(parse(sdl + extra), assume_valid_sdl=True)
