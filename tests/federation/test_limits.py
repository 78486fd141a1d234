"""Operations that are too large are refused before they are planned; what is kept is bounded."""

from functools import partial

import pytest

from services.gateway.federation import Engine, Limits, load_supergraph
from services.gateway.federation.execution.cache import BoundedCache
from tests.federation.shop import FOLDER, Shop


def engine_with(limits: Limits) -> Engine:
    return Engine(load_supergraph((FOLDER / "supergraph.graphql").read_text()), Shop().subgraphs, limits)


BOMB = "query { me { ...F0 } } " + " ".join(
    f"fragment F{n} on User {{ a{n}: id ...F{n + 1} b{n}: id ...F{n + 1} }}" for n in range(20)
)


@pytest.mark.parametrize(
    ("query", "limits"),
    [
        ("{ me { reviews { author { name } } } }", Limits(depth=3)),
        ("{ me { id name email } }", Limits(fields=3)),
        (BOMB + " fragment F20 on User { id }", Limits()),
    ],
    ids=["deep", "large", "fragments that double each other"],
)
async def test_too_complex(query: str, limits: Limits) -> None:
    answer = await engine_with(limits).execute(query)
    assert "data" not in answer
    assert answer["errors"][0]["extensions"] == {"code": "TOO_COMPLEX"}


async def test_just_at_the_limit_is_allowed() -> None:
    answer = await engine_with(Limits(depth=2, fields=3)).execute("{ me { id name } }")
    assert answer == {"data": {"me": {"id": "u1", "name": "Asha"}}}


async def test_too_many_tokens() -> None:
    answer = await engine_with(Limits(tokens=5)).execute("{ me { id name } }")
    assert "tokens" in answer["errors"][0]["message"]


def test_the_cache_forgets_what_was_used_least_recently() -> None:
    made: list[str] = []
    cache: BoundedCache[str] = BoundedCache(2)

    def make(key: str) -> str:
        made.append(key)
        return key

    for key in ["a", "b", "a", "c", "a", "b"]:
        assert cache.get(key, partial(make, key)) == key
    assert made == ["a", "b", "c", "b"]
    assert len(cache) == 2
