"""kill -9 in the middle of a month's run: the next start completes it without being asked, and nothing is doubled."""

import asyncio
import logging
import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import pytest

from tests.system.books import assert_nothing_lost_or_doubled
from tests.system.conftest import Running
from tests.system.desk import Desk, Unanswered, at_desk, until
from tests.system.product import Product
from tests.system.term import begin_term, this_month

log = logging.getLogger(__name__)

SEED = 20261031
FAMILIES = 12

PROGRESS = """
query ($month: Month!) {
  billingCycle(month: $month) { status statementsCount invoices { totalCount } documents { rendered } }
}"""


@dataclass(frozen=True)
class Progress:
    """How far a month's run has come."""

    status: str
    invoices: int
    rendered: int

    @property
    def has_begun(self) -> bool:
        return self.status in {"CLOSING", "CLOSED"}


@dataclass(frozen=True)
class Moment:
    """When to kill: somewhere in the `window_seconds` after the progress was seen."""

    name: str
    is_reached: Callable[[Progress], bool]
    window_seconds: float


MOMENTS = (
    Moment("the run was just asked for", lambda _: True, 0.05),
    Moment("the cycle is closing", lambda progress: progress.has_begun, 0.03),
    Moment("the cycle is closed and its events are on their way", lambda progress: progress.status == "CLOSED", 0.03),
    Moment("the documents are being rendered", lambda progress: progress.invoices == FAMILIES, 0.2),
)


@pytest.mark.restarts
@pytest.mark.timeout(300)
async def test_each_run_is_completed_by_the_next_start(running: Running) -> None:
    chance = random.Random(SEED)  # noqa: S311 - chance that can be repeated is the point
    months = [this_month().plus(1 - number) for number in range(len(MOMENTS), 0, -1)]
    async with running(NIVAA_FREEZE="none") as product, at_desk(product.gateway) as desk:
        term = await begin_term(desk, FAMILIES, chance)
        for month in months:
            await desk.approve_all(await term.log_month(desk, month, ordinary_sessions=2))
        for month, moment in zip(months, MOMENTS, strict=True):
            await killed_while_running(product, desk, str(month), moment, chance)
            await product.start()
            found = await progress_of(desk, str(month))
            log.info("%s was killed when %s and is found %s", month, moment.name, found)
            if not found.has_begun:
                await run(desk, str(month))
            await desk.until_closed(str(month))
        for month in months:
            await desk.until_rendered(str(month))
        books = await assert_nothing_lost_or_doubled(desk)
        assert len(books.closed) == len(months)
        assert len(books.invoices) == FAMILIES * len(months)
        assert len(books.approved) == FAMILIES * len(months) * 3


async def killed_while_running(product: Product, desk: Desk, month: str, moment: Moment, chance: random.Random) -> None:
    running = asyncio.create_task(run(desk, month))

    async def is_reached() -> bool:
        return moment.is_reached(await progress_of(desk, month))

    await until(is_reached, poll_seconds=0)
    await asyncio.sleep(chance.uniform(0, moment.window_seconds))
    product.kill()
    with suppress(Unanswered):
        await running


async def run(desk: Desk, month: str) -> None:
    await desk.run(month, early=True, idempotencyKey=f"run {month}")


async def progress_of(desk: Desk, month: str) -> Progress:
    cycle = (await desk.ask(PROGRESS, month=month))["billingCycle"]
    if cycle is None:
        return Progress("", 0, 0)
    return Progress(cycle["status"], cycle["invoices"]["totalCount"], cycle["documents"]["rendered"])
