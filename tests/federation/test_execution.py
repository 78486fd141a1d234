"""When requests are sent, how many, and what happens when the client leaves."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from services.gateway.federation import FetchRequest
from tests.federation.memory_subgraph import MemorySubgraph
from tests.federation.shop import Shop


class Gate:
    """Stands in front of a subgraph and runs `before` ahead of each request."""

    def __init__(self, behind: MemorySubgraph, before: Callable[[], Awaitable[object]]) -> None:
        self.behind = behind
        self.before = before

    async def fetch(self, request: FetchRequest) -> bytes:
        await self.before()
        return await self.behind.fetch(request)


async def test_entities_are_asked_for_in_one_request_and_each_once() -> None:
    shop = Shop()
    answer = await shop.engine.execute("{ latestReviews { author { email } product { title } } }")
    assert [review["product"]["title"] for review in answer["data"]["latestReviews"]] == ["Chair", "Table", "Chair"]
    (request,) = shop.catalogue.requests
    assert request.variables["representations"] == [
        {"__typename": "Product", "sku": "p1"},
        {"__typename": "Product", "sku": "p2"},
    ]
    assert len(shop.accounts.requests) == 1


async def test_what_depends_on_nothing_else_is_in_flight_together() -> None:
    """Each of the two waits for the other to have arrived: one after the other they would never end."""
    shop = Shop()
    both = asyncio.Barrier(2)
    shop.subgraphs["reviews"] = Gate(shop.reviews, both.wait)
    shop.subgraphs["stock"] = Gate(shop.stock, both.wait)
    async with asyncio.timeout(10):
        answer = await shop.engine.execute("{ products { rating inStock } }")
    assert answer["data"]["products"][0] == {"rating": 4.5, "inStock": 3}


async def test_a_fetch_waits_for_its_own_dependencies_only() -> None:
    """The reviews of a product go out while accounts, asked at the same time as the products, still hangs."""
    shop = Shop()
    reviewed = asyncio.Event()
    shop.subgraphs["accounts"] = Gate(shop.accounts, reviewed.wait)
    shop.subgraphs["reviews"] = Gate(shop.reviews, lambda: _set(reviewed))
    async with asyncio.timeout(10):
        answer = await shop.engine.execute("{ me { email } products(first: 1) { rating } }")
    assert answer == {"data": {"me": {"email": "asha@example.org"}, "products": [{"rating": 4.5}]}}


async def test_without_objects_there_is_no_request() -> None:
    shop = Shop()
    answer = await shop.engine.execute('{ products(search: "none such") { rating } }')
    assert answer == {"data": {"products": []}}
    assert shop.reviews.requests == []


async def test_mutations_run_in_the_order_of_the_document() -> None:
    shop = Shop()
    mutation = """mutation {
      rename(id: "u1", name: "A") { name reviews { id } }
      review(sku: "p1", body: "Fine") { product { title } }
      ... on Mutation { addProduct(title: "Stool") { title rating } }
      ...Last
    }
    fragment Last on Mutation { last: rename(id: "u2", name: "B") { name } }"""
    answer = await shop.engine.execute(mutation)
    assert shop.log == ["rename u1", "review p1", "product Stool", "rename u2"]
    assert answer["data"]["review"] == {"product": {"title": "Chair"}}
    assert answer["data"]["addProduct"] == {"title": "Stool", "rating": 4.5}


async def test_a_mutation_completes_before_the_next_begins() -> None:
    """Accounts may start the last field only when the entity fetch of the one before is through."""
    shop = Shop()
    order: list[str] = []
    shop.subgraphs["reviews"] = Gate(shop.reviews, lambda: _note(order, "reviews"))
    shop.subgraphs["accounts"] = Gate(shop.accounts, lambda: _note(order, "accounts"))
    await shop.engine.execute('mutation { addProduct(title: "Stool") { rating } rename(id: "u1", name: "A") { name } }')
    assert order == ["reviews", "accounts"]


async def test_a_client_that_leaves_cancels_what_is_under_way() -> None:
    shop = Shop()
    arrived, cancelled = asyncio.Barrier(3), list[str]()

    async def hang() -> None:
        await arrived.wait()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.append("cancelled")
            raise

    shop.subgraphs["reviews"] = Gate(shop.reviews, hang)
    shop.subgraphs["stock"] = Gate(shop.stock, hang)
    request = asyncio.create_task(shop.engine.execute("{ products { rating inStock } }"))
    async with asyncio.timeout(10):
        await arrived.wait()
    request.cancel()
    with pytest.raises(asyncio.CancelledError):
        await request
    assert cancelled == ["cancelled", "cancelled"]


async def test_the_context_reaches_every_subgraph() -> None:
    shop = Shop()
    await shop.engine.execute("{ products { rating } }", context={"authorization": "Bearer x"})
    assert shop.catalogue.requests[0].context == {"authorization": "Bearer x"}
    assert shop.reviews.requests[0].context == {"authorization": "Bearer x"}


async def _set(event: asyncio.Event) -> None:
    event.set()


async def _note(order: list[str], what: str) -> None:
    order.append(what)
