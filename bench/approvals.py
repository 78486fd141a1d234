"""Approvals through the use case on PostgreSQL, beside pgbench running the statements that the use case runs.

One by one, with as many clients as pgbench has; then in batches. Rounds alternate, all on one database whose sessions
nobody has touched yet, and each round's ratios are taken before the median is.

What is approved is what nearly all approvals are: a session paid for by a lot, in a family that stays above its line.
"""

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from statistics import median
from uuid import UUID
from zoneinfo import ZoneInfo

import uvloop

from bench.databases import new_database
from bench.logged_sessions import SESSION, store_logged_sessions
from bench.pgbench import PgbenchMissing, Script, find_pgbench, recorded, run_pgbench, script_of
from services.packages.domain.alerts import LowLine
from services.packages.domain.organisation import Organisation
from services.packages.use_cases.approve_sessions import approve_session, approve_sessions
from services.packages.work import PackagesWork
from shared.clock import SystemClock
from shared.database.database import Database
from shared.messaging.outbox import Outbox
from shared.money import Money
from shared.runtime.collecting import let_stay

ROUNDS = 5
CLIENTS = 8
ONE_BY_ONE = 4_000
BATCHED = 16_000
BATCH = 100
WORKERS = 4
WARM_UP = 1_000
SESSIONS = WARM_UP + ROUNDS * (2 * ONE_BY_ONE + BATCHED)

BY = "a coordinator"

Approve = Callable[[PackagesWork, Sequence[UUID]], Awaitable[None]]


@dataclass(frozen=True)
class Round:
    """Approvals a second."""

    pgbench: float
    one_by_one: float
    batches: float


async def one_by_one(work: PackagesWork, session_ids: Sequence[UUID]) -> None:
    waiting = iter(session_ids)

    async def client() -> None:
        for session_id in waiting:
            await approve_session(work, session_id, None, BY)

    await asyncio.gather(*(client() for _ in range(CLIENTS)))


async def in_batches(work: PackagesWork, session_ids: Sequence[UUID]) -> None:
    waiting = iter([session_ids[start : start + BATCH] for start in range(0, len(session_ids), BATCH)])

    async def worker() -> None:
        for batch in waiting:
            await approve_sessions(work, batch, None, BY)

    await asyncio.gather(*(worker() for _ in range(WORKERS)))


async def rate_of(approve: Approve, work: PackagesWork, numbers: Iterable[int]) -> float:
    session_ids = [SESSION.id(number) for number in numbers]
    start = time.perf_counter()
    await approve(work, session_ids)
    return len(session_ids) / (time.perf_counter() - start)


async def recorded_script(work: PackagesWork, numbers: Sequence[int]) -> Script:
    """What one approval asks of the server, once everything else has been done that is only done once."""
    await rate_of(one_by_one, work, numbers[1:])
    with recorded() as statements:
        await approve_session(work, SESSION.id(numbers[0]), None, BY)
    return script_of(statements)


async def measure(work: PackagesWork, pgbench: str) -> list[Round]:
    untouched = iter(range(SESSIONS))
    script = await recorded_script(work, list(islice(untouched, WARM_UP)))
    print(f"{'':10}{'pgbench':>12}{'one by one':>12}{'batches':>12}   approvals a second")
    rounds = []
    for number in range(ROUNDS):
        theirs = list(islice(untouched, ONE_BY_ONE))
        url = work.database.config.url
        done = Round(
            run_pgbench(pgbench, url, script, clients=CLIENTS, first=theirs[0], number=ONE_BY_ONE),
            await rate_of(one_by_one, work, islice(untouched, ONE_BY_ONE)),
            await rate_of(in_batches, work, islice(untouched, BATCHED)),
        )
        print(f"round {number + 1:<4}{done.pgbench:>12,.0f}{done.one_by_one:>12,.0f}{done.batches:>12,.0f}")
        rounds.append(done)
    return rounds


async def all_approved_once(packages: Database) -> bool:
    row = await packages.row("""
        SELECT (SELECT count(*) FROM session WHERE status = 'APPROVED') AS approved,
               (SELECT count(*) FROM coverage WHERE kind = 'PACKAGE') AS covered,
               (SELECT count(*) FROM movement WHERE kind = 'USED') AS moved,
               (SELECT count(*) FROM outbox) AS staged
    """)
    return row is not None and set(row.values()) == {SESSIONS}


async def main() -> None:
    pgbench = find_pgbench()
    organisation = Organisation(ZoneInfo("Asia/Kolkata"), Money(50_000, "INR"), LowLine(Fraction(1, 5)))
    async with new_database("packages") as packages:
        await store_logged_sessions(packages, SESSIONS)
        let_stay()  # as a process that serves does
        work = PackagesWork(database=packages, outbox=Outbox(), clock=SystemClock(), organisation=organisation)
        rounds = await measure(work, pgbench)
        assert await all_approved_once(packages)
    single = median(done.one_by_one / done.pgbench for done in rounds)
    batch = median(done.batches / done.pgbench for done in rounds)
    print(f"RESULT single_over_pgbench={single:.2f} batch_over_pgbench={batch:.1f}")


if __name__ == "__main__":
    try:
        uvloop.run(main())
    except PgbenchMissing as missing:
        sys.exit(str(missing))
