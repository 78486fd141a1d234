"""Whatever a service stands on goes away and comes back: it says what is missing, and goes on by itself."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio

from tests.chaos.arranged import SETTINGS, broker_url
from tests.chaos.month import persistently
from tests.chaos.plant import Plant
from tests.chaos.reckoning import dead_letters
from tests.system.books import assert_nothing_lost_or_doubled
from tests.system.desk import Desk, at_desk, until
from tests.system.distributed import WITH_TABLES, Distributed
from tests.system.product import Product
from tests.system.term import begin_term, this_month

SEED = 20261118
FAMILIES = 4


@dataclass(frozen=True)
class Away:
    """A resource that goes and comes back, how services name it, and whether they can answer without it."""

    go: Callable[[Plant], None]
    come_back: Callable[[Plant], None]
    missed: frozenset[str]
    is_needed: bool = False


def _failing(failing: bool) -> Callable[[Plant], None]:
    return lambda plant: setattr(plant.s3, "failing", failing)


AWAY = (
    Away(
        lambda plant: plant.postgres.stop(),
        lambda plant: plant.postgres.start(),
        frozenset(f"{service} database" for service in WITH_TABLES),
        is_needed=True,
    ),
    Away(lambda plant: plant.rabbitmq.stop(), lambda plant: plant.rabbitmq.start(), frozenset({"broker"})),
    Away(_failing(True), _failing(False), frozenset({"invoicing files"})),
)


@pytest_asyncio.fixture
async def product(plant: Plant, tmp_path: Path) -> AsyncIterator[Product]:
    form = Distributed(find_servers=lambda: plant.servers)
    product = form.lay_out(tmp_path, SETTINGS)
    try:
        await product.start()
        yield product
    finally:
        product.end()
        form.clear_away()


@pytest.mark.timeout(300)
async def test_what_is_missing_is_named_and_all_goes_on_when_it_is_back(product: Product, plant: Plant) -> None:
    month = str(this_month())
    async with at_desk(product.gateway) as desk:
        term = await begin_term(desk, FAMILIES, random.Random(SEED))  # noqa: S311 - no secret
        sessions = await term.log_month(desk, this_month(), ordinary_sessions=len(AWAY))
        for number, away in enumerate(AWAY):
            approving = asyncio.create_task(approve(desk, sessions[number :: len(AWAY)]))
            await asyncio.to_thread(away.go, plant)
            await until(partial(misses, product, away.missed))
            await assert_clients_are_told(desk, away)
            await asyncio.to_thread(away.come_back, plant)
            await product.until_ready()
            await approving
        await persistently(lambda: desk.run(month, early=True))
        await desk.until_rendered(month)
        books = await assert_nothing_lost_or_doubled(desk)
        assert (len(books.approved), len(books.invoices)) == (len(sessions), FAMILIES)
    assert await dead_letters(broker_url(product)) == []
    assert not any(server.has_ended for server in product.servers)


async def approve(desk: Desk, sessions: list[str]) -> None:
    """One after the other, so that what happens meanwhile happens in the middle of it."""
    for session in sessions:
        await persistently(partial(desk.approve_all, [session]))


async def assert_clients_are_told(desk: Desk, away: Away) -> None:
    """That nobody is there to answer, and not that something is wrong; by every service that has tables."""
    for field in ("parents", "billingCycles", "invoices"):
        answer = await desk.answer(f"{{ {field} {{ totalCount }} }}")
        codes = [error["extensions"]["code"] for error in answer.get("errors", [])]
        assert codes == (["UPSTREAM_UNAVAILABLE"] if away.is_needed else [])
    if away.is_needed:
        status, answer = await desk.post("/billing/run-monthly", {"month": str(this_month()), "early": True})
        assert (status, answer["errors"][0]["extensions"]["code"]) == (503, "UPSTREAM_UNAVAILABLE")


async def misses(product: Product, resources: frozenset[str]) -> bool:
    """Whether the services miss these, all of them and nothing else."""
    async with aiohttp.ClientSession() as http:
        found = await asyncio.gather(*(_missed_by(http, server.url) for server in product.servers))
    return frozenset[str]().union(*found) == resources


async def _missed_by(http: aiohttp.ClientSession, url: str) -> set[str]:
    async with http.get(f"{url}/readyz") as response:
        resources = (await response.json())["resources"]
    assert (response.status == 200) == (set(resources.values()) <= {"ok"})
    return {name for name, state in resources.items() if state != "ok"}
