"""Operations that are too large are refused before they are validated and planned; what is kept is bounded."""

from functools import partial
from typing import Any

import pytest
from graphql import get_introspection_query

from services.gateway.federation import Engine, Limits, PlanningError, RequestError, load_supergraph
from services.gateway.federation.execution import engine as engine_module
from services.gateway.federation.execution.cache import BoundedCache
from services.gateway.federation.planning.plan_builder import plan_operation
from tests.federation.shop import FOLDER, Shop


def engine_with(limits: Limits) -> Engine:
    return Engine(load_supergraph((FOLDER / "supergraph.graphql").read_text()), Shop().subgraphs, limits)


async def refused(query: str, limits: Limits | None = None, **variables: Any) -> dict[str, Any]:
    """The extensions of the one error."""
    answer = await engine_with(limits or Limits()).execute(query, variables)
    assert "data" not in answer
    [error] = answer["errors"]
    extensions: dict[str, Any] = error["extensions"]
    return extensions


BOMB = "query { me { ...F0 } } " + " ".join(
    f"fragment F{n} on User {{ a{n}: id ...F{n + 1} b{n}: id ...F{n + 1} }}" for n in range(20)
)
CHAIN = "{ me { ...F0 } } " + " ".join(f"fragment F{n} on User {{ ...F{n + 1} }}" for n in range(600))


@pytest.mark.parametrize(
    ("query", "limits", "limit", "asked"),
    [
        ("{ me { reviews { author { name } } } }", Limits(depth=3), "depth", 4),
        ("{ me { id name email } }", Limits(fields=3), "fields", 4),
        ("{ me { id name @skip(if: true) } }", Limits(fields=2), "fields", 3),
        ("{ a: me { ...F } b: me { ...F } } fragment F on User { c: id }", Limits(aliases=3), "aliases", 4),
        (BOMB + " fragment F20 on User { id }", Limits(aliases=10**9), "fields", 3 * 2**20 - 1),
        ("{ me { ... { ... { id } } } }", Limits(nesting=3), "nesting", 4),
        (CHAIN + " fragment F600 on User { id }", Limits(), "nesting", 81),
        ("{ me { " + "id " * 500 + "} }", Limits(), "pairs", 500 * 499 // 2),
        ("{ " + "me { id } " * 500 + "}", Limits(), "pairs", 500 * 499),
        ("{ me { " + "... { id } " * 300 + "} }", Limits(), "pairs", 300 * 299 // 2),
    ],
    ids=[
        *("deep", "large", "skipped fields count", "aliases in fragments", "fragments that double each other"),
        *("braces", "a chain of fragments", "a field again and again", "an object again and again", "in fragments"),
    ],
)
async def test_what_is_too_large_is_told_the_limit_and_what_was_asked(
    query: str, limits: Limits, limit: str, asked: int
) -> None:
    allowed = getattr(limits, limit)
    assert await refused(query, limits) == {"code": "TOO_COMPLEX", "limit": limit, "allowed": allowed, "asked": asked}


async def test_many_spreads_side_by_side_are_too_many_to_compare() -> None:
    spreads = " ".join(f"...F{n}" for n in range(400))
    fragments = " ".join(f"fragment F{n} on User {{ id }}" for n in range(400))
    assert (await refused(f"{{ me {{ {spreads} }} }} {fragments}"))["limit"] == "pairs"


@pytest.mark.parametrize(
    ("query", "limit"),
    [
        ("{ me " * 500 + "}" * 500, "nesting"),
        ("{ product(upc: " + "[" * 900 + "]" * 900 + ") { name } }", "nesting"),
        ("{ product(upc: " + "{a:" * 900 + "1" + "}" * 900 + ") { name } }", "nesting"),
        ("{ __typename " + "@include(if: true) " * 2_000 + "}", "tokens"),
        ("#\n" * 20_000 + "{ __typename }", "tokens"),
        ("{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }", "introspection"),
    ],
    ids=["braces", "lists", "objects", "tokens", "comments", "the schema in circles"],
)
async def test_what_nobody_could_count_to_its_end(query: str, limit: str) -> None:
    told = await refused(query)
    assert (told["code"], told["limit"]) == ("TOO_COMPLEX", limit)


@pytest.mark.parametrize(
    "query", ["{ me { ...A } } fragment A on User { ...B } fragment B on User { ...A }", "{ ...A }"]
)
async def test_fragments_that_are_not_there_or_go_in_circles_are_invalid_and_no_more(query: str) -> None:
    answer = await engine_with(Limits()).execute(query)
    assert "fragment" in answer["errors"][0]["message"]


async def test_just_at_the_limit_is_allowed() -> None:
    answer = await engine_with(Limits(depth=2, fields=3, cost=1)).execute("{ me { id name } }")
    assert answer == {"data": {"me": {"id": "u1", "name": "Asha"}}}


async def test_what_introspection_asks_for_counts() -> None:
    once = "__schema { types { fields { args { type { ofType { ofType { name } } } } } } }"
    assert (await refused("{ " + " ".join(f"a{n}: {once}" for n in range(20)) + "}"))["limit"] == "cost"
    assert "errors" not in await engine_with(Limits()).execute(get_introspection_query())


def test_the_cache_forgets_what_was_used_least_recently() -> None:
    made: list[str] = []
    cache: BoundedCache[str, str] = BoundedCache(2)

    def make(key: str) -> str:
        made.append(key)
        return key

    for key in ["a", "b", "a", "c", "a", "b"]:
        assert cache.get(key, partial(make, key)) == key
    assert made == ["a", "b", "c", "b"]
    assert len(cache) == 2


def test_the_cache_holds_no_more_than_may_weigh_together() -> None:
    cache: BoundedCache[str, str] = BoundedCache(100, len, 10)
    sizes = []
    for key in ["aaaa", "bbbb", "cc", "dddd", "cc", "e" * 11, "f"]:
        assert cache.get(key, partial(str, key)) == key
        sizes.append(len(cache))
    assert sizes == [1, 2, 3, 3, 3, 3, 3]


async def test_many_large_texts_are_not_all_remembered() -> None:
    engine = engine_with(Limits())
    for number in range(12):
        answer = await engine.execute(f'{{ product(sku: "{number}{"x" * 100_000}") {{ title }} }}')
        assert answer == {"data": {"product": None}}
    assert 0 < len(engine._texts) < 6


@pytest.mark.parametrize(
    ("supergraph", "query", "limits", "refusal"),
    [
        ("plans/ambiguous/supergraph.graphql", "{ lost { note } }", Limits(), PlanningError),
        ("shop/supergraph.graphql", "{ me { name reviews { id } } }", Limits(planning=1), RequestError),
    ],
)
def test_what_cannot_be_planned_is_tried_once(
    monkeypatch: pytest.MonkeyPatch, supergraph: str, query: str, limits: Limits, refusal: type[Exception]
) -> None:
    tried: list[object] = []

    def plan(*given: Any) -> Any:
        tried.append(given)
        return plan_operation(*given)

    monkeypatch.setattr(engine_module, "plan_operation", plan)
    engine = Engine(load_supergraph((FOLDER.parent / supergraph).read_text()), {}, limits, cached_plans=2)
    said = []
    for _ in range(3):
        with pytest.raises(refusal) as refused:
            engine.prepare(query)
        said.append(refused.value)
    assert len(tried) == 1
    assert {str(one) for one in said} == {str(said[0])}
    assert len(set(map(id, said))) == 3
    for number in range(2):  # as many as are kept: then it is forgotten like a plan
        engine.prepare(f"query Q{number} {{ __typename }}")
    with pytest.raises(refusal):
        engine.prepare(query)
    assert len(tried) == 2 + 2
