"""Running a month: it begins to close, packages seals it, billing sees everything of it, and it is closed.

Each step is a transaction of its own and nothing is awaited inside one, so a crash anywhere leaves a cycle that
finish_closing takes up again. A large month takes longer than anybody waits for an answer: the run is an errand of the
service, and no request's end is its own.
"""

import asyncio
from contextlib import suppress
from functools import partial
from uuid import UUID

from services.billing.domain.cycles import CycleStatus
from services.billing.domain.errors import CycleInProgress
from services.billing.use_cases.close_cycle import close_cycle
from services.billing.use_cases.start_closing import NewRun, start_closing
from services.billing.work import BillingWork
from shared.period import Month

BACKSTOP_SECONDS = 1.0
"""Entries that another process took in are noticed within this."""


async def run_monthly_cycle(work: BillingWork, run: NewRun, idempotency_key: str | None, by: str) -> UUID:
    """The closed cycle's id; a closed month is returned as it is.

    Raises PeriodNotEnded, EarlierCycleOpen, MonthClosed, CycleBlocked, CycleInProgress, IdempotencyKeyReused. A run
    that takes longer than `answer_seconds` is in progress, too, and goes on.
    """
    asked = partial(_run, work, run, idempotency_key, by)
    running = work.errands.begin((run, idempotency_key, by), asked)
    try:
        async with asyncio.timeout(work.answer_seconds):
            return await asyncio.shield(running)
    except TimeoutError:
        if running.done():
            raise
        raise CycleInProgress(f"{run.month} is being closed, which takes a while", month=str(run.month)) from None


async def _run(work: BillingWork, run: NewRun, idempotency_key: str | None, by: str) -> UUID:
    cycle = await start_closing(work, run, idempotency_key, by)
    if cycle.status is not CycleStatus.CLOSED:
        await _close_once_complete(work, run.month)
    return cycle.cycle_id


async def _close_once_complete(work: BillingWork, month: Month) -> None:
    """Tries again whenever something has arrived. Raises CycleInProgress with the numbers when patience ends."""
    loop = asyncio.get_running_loop()
    until = loop.time() + work.patience_seconds
    while True:
        arrival = work.arrivals.next()
        try:
            return await close_cycle(work, month)
        except CycleInProgress:
            if (left := until - loop.time()) <= 0:
                raise
        with suppress(TimeoutError):
            async with asyncio.timeout(min(left, BACKSTOP_SECONDS)):
                await arrival.wait()
