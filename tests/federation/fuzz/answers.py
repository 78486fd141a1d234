"""Answers as they are compared: the data, and whether there were errors."""

import json
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass
from inspect import isawaitable
from typing import Any

from graphql import DocumentNode, ExecutionResult, GraphQLSchema, execute_sync, subscribe

from services.gateway.federation import Engine, PlanningError, RequestError
from tests.federation.fuzz.operations import Asked


@dataclass(frozen=True)
class Answer:
    """The data of a subscription is the list of its events'. `nulls` are the places that errors left empty."""

    data: Any
    errors: list[str]
    nulls: frozenset[tuple[str | int, ...]] = frozenset()

    def agrees_with(self, other: "Answer") -> bool:
        return self.data == other.data and bool(self.errors) == bool(other.errors)

    def is_written_as(self, other: "Answer") -> bool:
        """The fields in the same order, and errors for the same nulls."""
        return self.agrees_with(other) and json.dumps(self.data) == json.dumps(other.data) and self.nulls == other.nulls


async def ask_engine(engine: Engine, asked: Asked, run: str) -> Answer:
    """What ours answers: twice, as a plan is compiled when it is run again. Where the two differ, both."""
    interpreted = await _ask_engine(engine, asked, f"{run}/interpreted")
    compiled = await _ask_engine(engine, asked, f"{run}/compiled")
    if compiled.is_written_as(interpreted):
        return compiled
    data = {"interpreted": interpreted.data, "compiled": compiled.data}
    return Answer(data, interpreted.errors + compiled.errors)


async def _ask_engine(engine: Engine, asked: Asked, run: str) -> Answer:
    variables = asked.variables_in(run)
    try:
        prepared = engine.prepare(asked.query, variables, asked.operation_name)
        if asked.kind != "subscription":
            return _read(await engine.run(prepared, variables))
        async with engine.subscribe(prepared, variables) as events:
            return _joined([_read(one) async for one in events])
    except (PlanningError, RequestError) as error:
        return Answer(None, [repr(error)])


async def ask_schema(schema: GraphQLSchema, document: DocumentNode, asked: Asked, run: str) -> Answer:
    """What one server answers."""
    variables = asked.variables_in(run)
    if asked.kind != "subscription":
        result = execute_sync(schema, document, variable_values=variables, operation_name=asked.operation_name)
        return _read(result.formatted)
    return _joined(
        [_read(one.formatted) async for one in await events(schema, document, variables, asked.operation_name)]
    )


async def events(
    schema: GraphQLSchema, document: DocumentNode, variables: Mapping[str, Any], name: str | None
) -> AsyncIterator[ExecutionResult]:
    """A subscription's; the one that says why when there are none."""
    stream = subscribe(schema, document, variable_values=dict(variables), operation_name=name)
    if isawaitable(stream):
        stream = await stream
    return _one(stream) if isinstance(stream, ExecutionResult) else stream


async def _one(result: ExecutionResult) -> AsyncIterator[ExecutionResult]:
    yield result


def _read(body: Mapping[str, Any]) -> Answer:
    data, errors = body.get("data"), body.get("errors") or []
    nulls = frozenset(_null_on(error.get("path", ()), data) for error in errors)
    return Answer(data, [error["message"] for error in errors], nulls)


def _null_on(path: Iterable[str | int], data: Any) -> tuple[str | int, ...]:
    """Where the way to the error ends: a null above it may have several, of which not all have to be told."""
    place: list[str | int] = []
    for key in path:
        if data is None:
            break
        place.append(key)
        data = data[key]
    return tuple(place)


def _joined(answers: list[Answer]) -> Answer:
    return Answer(
        [one.data for one in answers],
        [error for one in answers for error in one.errors],
        frozenset((number, *place) for number, one in enumerate(answers) for place in one.nulls),
    )
