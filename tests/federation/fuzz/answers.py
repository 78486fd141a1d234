"""Answers as they are compared: the data, and the errors with their places."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from graphql import DocumentNode, GraphQLSchema, execute_sync

from services.gateway.federation import Engine, PlanningError, RequestError
from tests.federation.fuzz.events import events
from tests.federation.fuzz.operations import Asked
from tests.federation.fuzz.outages import Outage
from tests.federation.fuzz.readings import Place, Reading


@dataclass(frozen=True)
class Told:
    """An error; the place is None when it names none."""

    place: Place | None
    message: str
    code: str | None


@dataclass(frozen=True)
class Answer:
    """The data of a subscription is the list of its events', and their numbers begin the places."""

    data: Any
    errors: list[str]
    told: tuple[Told, ...] = ()

    @property
    def nulls(self) -> frozenset[Place]:
        """The places that errors left empty."""
        return frozenset(null_on(one.place or (), self.data) for one in self.told)

    def agrees_with(self, other: "Answer") -> bool:
        return self.data == other.data and bool(self.errors) == bool(other.errors)

    def is_written_as(self, other: "Answer") -> bool:
        """The fields in the same order, and errors for the same nulls."""
        return self.agrees_with(other) and json.dumps(self.data) == json.dumps(other.data) and self.nulls == other.nulls


async def ask_engine(engine: Engine, asked: Asked, run: str) -> Answer:
    """What ours answers: twice, as a plan is compiled when it is run again. Where the two differ, both."""
    interpreted = await ask_engine_once(engine, asked, f"{run}/interpreted")
    compiled = await ask_engine_once(engine, asked, f"{run}/compiled")
    if compiled.is_written_as(interpreted):
        return compiled
    data = {"interpreted": interpreted.data, "compiled": compiled.data}
    return Answer(data, interpreted.errors + compiled.errors)


async def ask_engine_once(engine: Engine, asked: Asked, run: str, outage: Outage | None = None) -> Answer:
    """Maybe while a subgraph is down."""
    variables = asked.variables_in(run)
    try:
        prepared = engine.prepare(asked.query, variables, asked.operation_name)
        if asked.kind != "subscription":
            return _read(await engine.run(prepared, variables, outage))
        async with engine.subscribe(prepared, variables, outage) as events:
            return _joined([_read(one) async for one in events])
    except (PlanningError, RequestError) as error:
        return Answer(None, [repr(error)])


async def ask_schema(
    schema: GraphQLSchema, document: DocumentNode, asked: Asked, run: str, reading: Reading | None = None
) -> Answer:
    """What one server answers, in the reading."""
    reading = reading or Reading()
    variables = asked.variables_in(run)
    if asked.kind != "subscription":
        result = execute_sync(
            schema, document, context_value=reading, variable_values=variables, operation_name=asked.operation_name
        )
        return _read(result.formatted)
    reading.begin_event(0)
    answers: list[Answer] = []
    async for one in await events(schema, document, variables, asked.operation_name, reading):
        answers.append(_read(one.formatted))
        reading.begin_event(len(answers))
    return _joined(answers)


def _read(body: Mapping[str, Any]) -> Answer:
    errors = body.get("errors") or []
    told = tuple(_told(error) for error in errors)
    return Answer(body.get("data"), [one.message for one in told], told)


def _told(error: Mapping[str, Any]) -> Told:
    place = tuple(error["path"]) if "path" in error else None
    return Told(place, error["message"], error.get("extensions", {}).get("code"))


def null_on(place: Place, data: Any) -> Place:
    """Where the way to the error ends: a null above it may have several, of which not all have to be told."""
    way: list[str | int] = []
    for key in place:
        if data is None:
            break
        way.append(key)
        data = at(data, key)
    return tuple(way)


def at(data: Any, key: str | int) -> Any:
    """An empty object where there is nothing."""
    match data:
        case list() if isinstance(key, int) and key < len(data):
            return data[key]
        case dict():
            return data.get(key, {})
    return {}


def _joined(answers: list[Answer]) -> Answer:
    return Answer(
        [one.data for one in answers],
        [error for one in answers for error in one.errors],
        tuple(
            replace(told, place=(number, *(told.place or ())))
            for number, one in enumerate(answers)
            for told in one.told
        ),
    )
