"""A subscription: one stream from the subgraph of its field, and the rest of the plan for each event."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from graphql import GraphQLError

from services.gateway.federation import FetchRequest, RequestError, SubgraphUnavailable
from tests.federation.memory_subgraph import MemorySubgraph
from tests.federation.shop import REVIEWS, Shop

REVIEWED = "subscription { reviewed { body author { name email } product { title } } }"


class Source:
    """Reviews as they are written; `forever`: it stays open after them."""

    def __init__(self, shop: Shop, *reviews: object, forever: bool = False) -> None:
        self.taken = 0
        self.is_open = False
        self._reviews = reviews
        self._forever = forever
        shop.reviews._set("Subscription.reviewed", self.events)

    async def events(self, *_: object) -> AsyncGenerator[Any, None]:
        self.is_open = True
        try:
            for review in self._reviews:
                self.taken += 1
                yield review
            if self._forever:
                await asyncio.Event().wait()
        finally:
            self.is_open = False


class BreaksOff:
    """Stands in front of a subgraph whose stream ends in the middle."""

    def __init__(self, behind: MemorySubgraph, events: int) -> None:
        self.behind = behind
        self.events = events

    async def fetch(self, request: FetchRequest) -> bytes:
        return await self.behind.fetch(request)

    @asynccontextmanager
    async def subscribe(self, request: FetchRequest) -> AsyncGenerator[AsyncIterator[bytes], None]:
        if not self.events:
            raise SubgraphUnavailable("it did not answer")
        async with self.behind.subscribe(request) as stream:
            yield self._some(stream)

    async def _some(self, stream: AsyncIterator[bytes]) -> AsyncGenerator[bytes, None]:
        for _ in range(self.events):
            yield await anext(stream)
        raise SubgraphUnavailable("its stream broke off")


async def answers(shop: Shop, query: str, **variables: Any) -> list[dict[str, Any]]:
    engine = shop.engine
    async with engine.subscribe(engine.prepare(query, variables), variables) as events:
        return [answer async for answer in events]


async def test_each_event_brings_its_entities() -> None:
    shop = Shop()
    Source(shop, REVIEWS["r1"], REVIEWS["r2"])
    first, second = await answers(shop, REVIEWED)
    assert first == {
        "data": {
            "reviewed": {
                "body": "Sturdy",
                "author": {"name": "Asha", "email": "asha@example.org"},
                "product": {"title": "Chair"},
            }
        }
    }
    assert second["data"]["reviewed"]["product"] == {"title": "Table"}
    (asked, *fetched) = shop.reviews.requests
    assert "title" not in asked.query
    assert fetched == []
    assert len(shop.catalogue.requests) == 2


async def test_an_event_is_taken_when_the_one_before_has_been_read() -> None:
    shop = Shop()
    source = Source(shop, *REVIEWS.values())
    engine = shop.engine
    async with engine.subscribe(engine.prepare(REVIEWED)) as events:
        await anext(events)
        for _ in range(10):
            await asyncio.sleep(0)
        assert (source.taken, source.is_open) == (1, True)
    assert (source.taken, source.is_open) == (1, False)


async def test_an_event_with_an_error_does_not_end_the_stream() -> None:
    shop = Shop()
    Source(shop, GraphQLError("not this one"), REVIEWS["r2"])
    first, second = await answers(shop, "subscription { r: reviewed { body } }")
    assert first == {"data": None, "errors": [{"message": "not this one", "path": ["r"]}]}
    assert second == {"data": {"r": {"body": "Wobbly"}}}


async def test_each_event_is_asked_about_anew() -> None:
    """Between two events a user may have changed."""
    shop = Shop()
    Source(shop, REVIEWS["r1"], REVIEWS["r3"])
    told = await answers(shop, "subscription { reviewed { id author { email } } }")
    assert [answer["data"]["reviewed"]["id"] for answer in told] == ["r1", "r3"]
    assert [request.variables for request in shop.accounts.requests] == [
        {"representations": [{"__typename": "User", "id": "u1"}]}
    ] * 2


async def test_a_null_where_none_may_be_goes_up_and_the_next_event_comes() -> None:
    shop = Shop()
    products = [{"sku": "p3", "rating": None}, {"sku": "p2", "rating": 2.0}]
    Source(shop, *({**REVIEWS["r1"], "product": product} for product in products))
    first, second = await answers(shop, "subscription { reviewed { product { title mustRate } } }")
    assert first["data"] is None
    (error,) = first["errors"]
    assert (error["path"], error["extensions"]["code"]) == (["reviewed", "product", "mustRate"], "NOT_RATED")
    assert second == {"data": {"reviewed": {"product": {"title": "Table", "mustRate": 2.0}}}}


async def test_an_event_may_have_both_data_and_errors() -> None:
    shop = Shop()
    Source(shop, {**REVIEWS["r1"], "body": GraphQLError("unreadable", extensions={"code": "ODD"})})
    (answer,) = await answers(shop, "subscription { news: reviewed { text: body author { name } } }")
    assert answer == {
        "data": {"news": {"text": None, "author": {"name": "Asha"}}},
        "errors": [{"message": "unreadable", "path": ["news", "text"], "extensions": {"code": "ODD"}}],
    }


async def test_variables_and_conditions_hold_for_every_event() -> None:
    shop = Shop()
    Source(shop, REVIEWS["r1"], REVIEWS["r2"])
    query = """subscription ($money: String, $all: Boolean!) {
      reviewed { product { price(currency: $money) title @include(if: $all) } }
    }"""
    told = await answers(shop, query, money="USD", all=False)
    assert [answer["data"]["reviewed"]["product"] for answer in told] == [{"price": 5}, {"price": 5}]


async def test_what_is_served_anew_ends_the_stream_and_says_so() -> None:
    shop = Shop()
    source = Source(shop, REVIEWS["r1"], forever=True)
    engine = shop.engine
    async with asyncio.timeout(10), engine.subscribe(engine.prepare(REVIEWED)) as events:
        assert "errors" not in await anext(events)
        waiting = asyncio.ensure_future(anext(events))
        engine.swap(engine.supergraph, shop.subgraphs)
        told = await waiting
        assert (told["data"], told["errors"][0]["extensions"]["code"]) == (None, "SUPERGRAPH_CHANGED")
        assert await anext(events, None) is None
    assert not source.is_open


async def test_who_leaves_while_nothing_happens_leaves_nothing_behind() -> None:
    shop = Shop()
    source = Source(shop, REVIEWS["r1"], forever=True)
    engine = shop.engine
    async with asyncio.timeout(10), engine.subscribe(engine.prepare(REVIEWED)) as events:
        await anext(events)
        waiting = asyncio.ensure_future(anext(events))
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
    assert not source.is_open


async def test_a_service_that_is_down_costs_its_fields_of_the_event() -> None:
    shop = Shop()
    Source(shop, REVIEWS["r1"])
    shop.subgraphs["accounts"] = BreaksOff(Shop().accounts, 0)
    shop.subgraphs["accounts"].fetch = _down
    (answer,) = await answers(shop, "subscription { reviewed { body author { name email } } }")
    assert answer["data"]["reviewed"] == {"body": "Sturdy", "author": {"name": "Asha", "email": None}}
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["UPSTREAM_UNAVAILABLE"]


@pytest.mark.parametrize("events", [0, 1])
async def test_a_stream_that_breaks_off_says_so_and_ends(events: int) -> None:
    shop = Shop()
    Source(shop, *REVIEWS.values())
    shop.subgraphs["reviews"] = BreaksOff(shop.reviews, events)
    *before, last = await answers(shop, REVIEWED)
    assert len(before) == events
    assert last["data"] is None
    (error,) = last["errors"]
    assert (error["path"], error["extensions"]["code"]) == (["reviewed"], "UPSTREAM_UNAVAILABLE")


async def test_a_subscription_that_the_subgraph_refuses_is_one_answer() -> None:
    shop = Shop()

    async def refuse(*_: object) -> None:
        raise GraphQLError("not for you", extensions={"code": "FORBIDDEN"})

    shop.reviews._set("Subscription.reviewed", refuse)
    (answer,) = await answers(shop, REVIEWED)
    assert answer["data"] is None
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["FORBIDDEN"]


@pytest.mark.parametrize(
    "query",
    [
        "subscription { a: reviewed { id } b: reviewed { id } }",
        "subscription { __typename }",
        "subscription ($no: Boolean!) { reviewed @include(if: $no) { id } }",
        "subscription { reviewed { id } ...Rest } fragment Rest on Subscription { other: reviewed { id } }",
    ],
)
def test_a_subscription_has_one_field(query: str) -> None:
    with pytest.raises(RequestError):
        Shop().engine.prepare(query, {"no": False})


async def _down(_request: FetchRequest) -> bytes:
    raise SubgraphUnavailable("it did not answer")
