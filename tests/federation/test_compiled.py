"""The compiled execution beside the interpreter, which is its measure: whatever subgraphs answer, both say the same."""

import asyncio
import json
import os
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from copy import deepcopy
from dataclasses import dataclass, field, replace
from functools import cached_property
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.gateway.federation import Engine, FetchRequest, Prepared, SubgraphUnavailable
from services.gateway.federation.execution.compiled.compilation import Compilation
from services.gateway.federation.execution.compiled.running import CompiledPlan
from tests.federation.media import media_engine, media_subgraphs
from tests.federation.memory_subgraph import MemorySubgraph
from tests.federation.shop import REVIEWS, Shop

SHOPPING = (
    "{ me { name email } }",
    "{ me { __typename who: name kind: __typename } users { id } }",
    '{ products(first: 2) { sku title price(currency: "USD") state } }',
    "{ products { title rating inStock } me { name } }",
    "{ products { rating title reviews { body author { email name } } } users { name } }",
    "{ latestReviews { author { email } product { title } body } }",
    "{ latestReviews { id author { id name reviews { id body } } product { title sku inStock } } }",
    "{ me { name reviews { product { sku inStock mine: title } } } }",
    '{ product(sku: "p1") { shelf { number hall { id } } weight rating } }',
    "{ products { shelf { number } shipping title } }",
    "{ a: products(first: 1) { title rating } b: products { inStock title } }",
    '{ product(sku: "p3") { title inStock shipping } }',
    "{ products { shelf { number free } } }",
    "{ fullShelves { free number hall { id } } }",
    "{ me { reviews { body product { title rating } } } users { reviews { body product { title rating } } } }",
    "{ items { title } }",
    "{ items { __typename sku title } }",
    "{ items { title ... on Bundle { rating } kind: __typename } }",
    "{ items { ... on Product { price inStock reviews { author { email } } rating } title } }",
    "{ items { ... on Bundle { title products { title rating shelf { free } } } __typename } }",
    '{ found(text: "a") { __typename ... on User { name reviews { id } } ... on Product { rating title } } }',
    '{ found(text: "a") { ... on Product { state } } me { name } }',
    """mutation {
      rename(id: "u1", name: "A") { name email reviews { id } }
      review(sku: "p1", body: "Fine") { body product { title } }
      addProduct(title: "Stool") { title rating }
    }""",
)
MEDIA = (
    "{ media { title rating } }",
    "{ media { title ... on Book { rating pages } ... on Film { minutes } } }",
    "{ reader { verdict nick } }",
    "{ praised { favourite { related { title related { id } ... on Film { minutes } } __typename } } }",
    "{ reader { nick favourite { title rating } verdict } }",
)
ODDITIES = [None, None, 1, 2.5, True, "odd", "SECRET", "Product", "Film", [], [None], {}, {"id": None}]
EXAMPLES = int(os.environ.get("COMPILED_EXAMPLES", "200"))
REVIEWED = "subscription { reviewed { body author { name email } product { title rating } } }"


@dataclass
class World:
    """An engine and what it reaches, which may stand before what is honest."""

    engine: Engine
    reached: dict[str, Any]
    honest: Mapping[str, MemorySubgraph] = field(init=False)

    def __post_init__(self) -> None:
        self.honest = dict(self.reached)


def shop() -> World:
    made = Shop()
    made.reviews._set("Subscription.reviewed", _written)
    return World(made.engine, made.subgraphs)


async def _written(*_: object) -> AsyncGenerator[object, None]:
    for review in REVIEWS.values():
        yield review


def media() -> World:
    subgraphs = media_subgraphs()
    return World(media_engine(subgraphs), subgraphs)


MAKE = {"shop": shop, "media": media}
WORLDS = {name: make() for name, make in MAKE.items()}
QUERIES = [*(("shop", query) for query in SHOPPING), *(("media", query) for query in MEDIA)]


@pytest.mark.parametrize(("world", "query"), QUERIES)
async def test_without_oddities_the_interpreter_is_not_asked(world: str, query: str) -> None:
    engine = MAKE[world]().engine
    prepared = engine.prepare(query)
    first = await engine.serve(prepared)
    second = await engine.serve(prepared)
    assert isinstance(second, bytes)
    assert json.loads(second) == first  # which the interpreter gave: many operations come once only


class Interpreted(Compilation):
    """The interpreter's alone."""

    def for_a_run(self) -> None:
        return None


class Compiled(Compilation):
    """Compiled from the first run on."""

    def for_a_run(self) -> CompiledPlan:
        return self.compiled

    @cached_property
    def compiled(self) -> CompiledPlan:
        super().for_a_run()
        compiled = super().for_a_run()
        assert compiled is not None
        return compiled


def both(engine: Engine, query: str) -> tuple[Prepared, Prepared]:
    """Compiled, and the interpreter's."""
    prepared = engine.prepare(query)
    kinds = (Compiled(engine.supergraph, prepared.plan), Interpreted(engine.supergraph, prepared.plan))
    compiled, interpreted = (replace(prepared, compilation=kind) for kind in kinds)
    return compiled, interpreted


@dataclass
class Odd:
    """A subgraph that distorts its answers: the same answer to the same question whenever it is asked."""

    behind: MemorySubgraph
    seed: int
    answers: dict[bytes, bytes | None] = field(default_factory=dict)
    asked: list[bytes] = field(default_factory=list)

    async def fetch(self, request: FetchRequest) -> bytes:
        self.asked.append(request.body)
        if request.body not in self.answers:
            self.answers[request.body] = self._distorted(request.body, await self.behind.fetch(request))
        return _there(self.answers[request.body])

    @asynccontextmanager
    async def subscribe(self, request: FetchRequest) -> AsyncGenerator[AsyncIterator[bytes], None]:
        async with self.behind.subscribe(request) as events:
            yield (_there(self._distorted(event, event)) async for event in events)

    def _distorted(self, question: bytes, answer: bytes) -> bytes | None:
        chance = Random(f"{self.seed} {question.decode()}")  # noqa: S311 - the same again when a case is repeated
        return distorted(chance, answer)


def _there(answer: bytes | None) -> bytes:
    if answer is None:
        raise SubgraphUnavailable("connection refused")
    return answer


def distorted(chance: Random, body: bytes) -> bytes | None:
    match chance.choice(["whole", "whole", "odd", "odd", "failed", "cut", "gone"]):
        case "odd":
            answer = json.loads(body)
            for _ in range(chance.randint(1, 3)):
                disturb(chance, answer)
            return json.dumps(answer).encode()
        case "failed":
            answer = json.loads(body)
            path = disturb(chance, answer)
            errors = [{"message": "no", "path": path[1:], "extensions": {"code": "ODD"}}]
            return json.dumps({**answer, "errors": errors}).encode()
        case "cut":
            return body[: len(body) // 2]
        case "gone":
            return None
    return body


def disturb(chance: Random, answer: Any) -> list[str | int]:
    """Changes something somewhere; says where."""
    path: list[str | int] = []
    container = answer
    while True:
        key = chance.choice(list(container) if isinstance(container, dict) else range(len(container)))
        path.append(key)
        inner = container[key]
        if isinstance(inner, dict | list) and inner and chance.random() < 0.9:
            container = inner
            continue
        if isinstance(container, dict) and container is not answer and chance.random() < 0.2:
            del container[key]
        else:
            container[key] = deepcopy(chance.choice(ODDITIES))
        return path


@given(st.sampled_from(QUERIES), st.integers(0, 2**32))
@settings(max_examples=EXAMPLES, deadline=None)
def test_both_say_the_same_of_any_answers(asked: tuple[str, str], seed: int) -> None:
    name, query = asked
    world = WORLDS[name]
    odd = {name: Odd(behind, seed) for name, behind in world.honest.items()}
    world.reached |= odd
    asyncio.run(compare(world.engine, query, odd))


async def compare(engine: Engine, query: str, odd: dict[str, Odd]) -> None:
    compiled, interpreted = both(engine, query)
    ours = said(await engine.serve(compiled))
    asked = {name: sorted(subgraph.asked) for name, subgraph in odd.items()}
    assert all(len(set(questions)) == len(questions) for questions in asked.values())
    assert ours == said(await engine.run(interpreted))
    for name, subgraph in odd.items():
        assert set(asked[name]) >= set(subgraph.asked[len(asked[name]) :])


@given(st.integers(0, 2**32))
@settings(max_examples=EXAMPLES // 10, deadline=None)
def test_both_say_the_same_of_any_events(seed: int) -> None:
    world = shop()
    world.reached |= {name: Odd(behind, seed) for name, behind in world.honest.items()}
    asyncio.run(compare_events(world.engine))


async def compare_events(engine: Engine) -> None:
    compiled, interpreted = both(engine, REVIEWED)
    assert await events(engine, compiled) == await events(engine, interpreted)


async def events(engine: Engine, prepared: Prepared) -> list[tuple[str, list[str]]]:
    async with engine.subscribe(prepared) as answers:
        return [said(answer) async for answer in answers]


def said(answer: Any) -> tuple[str, list[str]]:
    """The data with the order of its fields, and the errors in whatever order they came."""
    read = json.loads(answer) if isinstance(answer, bytes) else answer
    return json.dumps(read["data"]), sorted(json.dumps(error, sort_keys=True) for error in read.get("errors", ()))
