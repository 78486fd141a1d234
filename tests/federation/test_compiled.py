"""The compiled execution beside the interpreter, which is its measure: whatever subgraphs answer, both say the same."""

import asyncio
import json
import os
from copy import deepcopy
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.gateway.federation import Engine, FetchRequest, SubgraphUnavailable
from tests.federation.memory_subgraph import MemorySubgraph
from tests.federation.shop import Shop

QUERIES = (
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
)
ODDITIES = [None, None, 1, 2.5, True, "odd", "SECRET", [], [None], {}, {"id": None}]
EXAMPLES = int(os.environ.get("COMPILED_EXAMPLES", "150"))
SHOP = Shop()
HONEST, ENGINE = dict(SHOP.subgraphs), SHOP.engine


def test_these_are_compiled() -> None:
    engine = Shop().engine
    assert [query for query in QUERIES if engine.prepare(query).compiled is None] == []


@pytest.mark.parametrize("query", QUERIES)
async def test_without_oddities_the_interpreter_is_not_asked(query: str) -> None:
    engine = Shop().engine
    prepared = engine.prepare(query)
    answer = await engine.serve(prepared)
    assert isinstance(answer, bytes)
    assert json.loads(answer) == await engine.run(replace(prepared, compiled=None))


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
            chance = Random(f"{self.seed} {request.body.decode()}")  # noqa: S311 - the same again when a case is repeated
            self.answers[request.body] = distorted(chance, await self.behind.fetch(request))
        answer = self.answers[request.body]
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
def test_both_say_the_same_of_any_answers(query: str, seed: int) -> None:
    odd = {name: Odd(behind, seed) for name, behind in HONEST.items()}
    SHOP.subgraphs |= odd
    asyncio.run(compare(ENGINE, query, odd))


async def compare(engine: Engine, query: str, odd: dict[str, Odd]) -> None:
    prepared = engine.prepare(query)
    ours = said(await engine.serve(prepared))
    asked = {name: sorted(subgraph.asked) for name, subgraph in odd.items()}
    assert all(len(set(questions)) == len(questions) for questions in asked.values())
    assert ours == said(await engine.run(replace(prepared, compiled=None)))
    for name, subgraph in odd.items():
        assert set(asked[name]) >= set(subgraph.asked[len(asked[name]) :])


def said(answer: Any) -> tuple[str, list[str]]:
    """The data with the order of its fields, and the errors in whatever order they came."""
    read = json.loads(answer) if isinstance(answer, bytes) else answer
    return json.dumps(read["data"]), sorted(json.dumps(error, sort_keys=True) for error in read.get("errors", ()))
