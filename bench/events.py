"""Approvals from packages' outbox into billing's inbox, through RabbitMQ, on PostgreSQL; beside a plain loop.

Both have quorum queues, confirms and exactly-once effect. The plain loop gets fewer events, before and after ours:
its rate does not depend on how many there are.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

import uvloop

from bench.approvals_in_transit import approvals_in, stage_approvals
from bench.databases import new_database
from bench.plain_events import pass_plainly
from bench.queues import RABBITMQ, own_prefix
from services.billing.events import handlers
from services.billing.work import BillingWork
from shared.clock import SystemClock
from shared.database.database import Database
from shared.messaging.envelope import Event
from shared.messaging.inbox import Inbox
from shared.messaging.opening import open_broker
from shared.messaging.outbox import Outbox, Relay

EVENTS = 100_000
PLAIN_EVENTS = 2_000

Pass = Callable[[Database, Database, str, int], Awaitable[None]]
"""Brings a number of events from packages to billing, by way of names on the server that begin with the prefix."""


async def pass_ours(packages: Database, billing: Database, prefix: str, number: int) -> None:
    """Until so many events are in billing."""
    inbox = _inbox(billing)
    left, done = number, asyncio.Event()

    async def receive(events: Sequence[Event]) -> None:
        nonlocal left
        await inbox.receive(events)
        left -= len(events)
        if left <= 0:
            done.set()

    async with open_broker(f"{RABBITMQ}/?prefix={prefix}", Path("unused")) as broker:
        await broker.subscribe("billing", inbox.topics, receive)
        relaying = asyncio.create_task(Relay(packages, Outbox(), broker).run())
        await done.wait()
        relaying.cancel()
        await asyncio.wait({relaying})


async def pass_by_plain_loop(packages: Database, billing: Database, prefix: str, number: int) -> None:
    await pass_plainly(packages, billing, RABBITMQ, f"{prefix}plain", number)


def _inbox(billing: Database) -> Inbox:
    clock, zone = SystemClock(), ZoneInfo("Asia/Kolkata")
    return Inbox(
        billing, handlers(BillingWork(database=billing, outbox=Outbox(), clock=clock, zone=zone, currency="INR"))
    )


async def rate_of(pass_on: Pass, number: int) -> float:
    """Events a second, from the first leased to the last committed."""
    async with (
        own_prefix("billing") as prefix,
        new_database("packages") as packages,
        new_database("billing") as billing,
    ):
        await stage_approvals(packages, number)
        start = time.perf_counter()
        await pass_on(packages, billing, prefix, number)
        seconds = time.perf_counter() - start
        assert await approvals_in(billing) == number
    print(f"{pass_on.__name__:20} {number:>8,} events {seconds:8.2f} s {number / seconds:>10,.0f} events/s")
    return number / seconds


async def main() -> None:
    before = await rate_of(pass_by_plain_loop, PLAIN_EVENTS)
    ours = await rate_of(pass_ours, EVENTS)
    after = await rate_of(pass_by_plain_loop, PLAIN_EVENTS)
    print(f"RESULT events_over_plain={2 * ours / (before + after):.1f}")


if __name__ == "__main__":
    uvloop.run(main())
