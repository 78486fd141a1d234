"""A month closed by the product, beside plain SQL that writes the same rows, and previewed and verified.

Each is measured in a process of its own on its own copy of one loaded database: closed months cannot be opened again.
The plain SQL goes second on a copy that the preview has just read, the product first on one that nobody has.
`python -m bench.cycle [SESSIONS]` stops at so many sessions; the RESULT is of the largest on PostgreSQL.
"""

import sys
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from uuid import UUID

import msgspec
import uvloop

from bench.databases import place_for, settle
from bench.loading import billing_work, load, run_month
from bench.measuring import Cost, cost_of
from bench.organisation import OCTOBER
from bench.plain_cycle import close_plainly
from services.billing.domain.totals import CycleTotals
from services.billing.sql.cycles import cycle_of, stored_totals
from services.billing.sql.stored import stored_hash
from services.billing.use_cases.preview_cycle import preview_cycle
from services.billing.use_cases.verify_cycle import verify_cycle
from shared.contracts.billing import CycleClosed, Statement
from shared.database.database import Database, Dialect, open_database
from shared.database.migrations import migrate

NOBODY = UUID(int=0)
SIZES: list[tuple[Dialect, int]] = [
    ("sqlite", 10_000),
    ("sqlite", 100_000),
    ("postgres", 10_000),
    ("postgres", 100_000),
    ("postgres", 1_000_000),
]


async def run(database: Database) -> None:
    await run_month(billing_work(database), OCTOBER)


async def run_plainly(database: Database) -> None:
    await close_plainly(billing_work(database), OCTOBER)


async def preview(database: Database) -> None:
    await preview_cycle(billing_work(database), OCTOBER)


async def verify(database: Database) -> None:
    assert (await verify_cycle(billing_work(database), OCTOBER)).matches


@dataclass(frozen=True, slots=True)
class Costs:
    sessions: int
    run: Cost
    plain: Cost
    preview: Cost
    verify: Cost

    @property
    def run_over_sql(self) -> float:
        return self.run.seconds / self.plain.seconds

    @property
    def preview_over_run(self) -> float:
        return self.preview.seconds / self.run.seconds


def show_header() -> None:
    print(f"{'seconds':>40}{'MB more':>39}")
    names = ("run", "sql", "preview", "verify", "run/sql", "run", "preview", "verify")
    print(f"{'sessions':>20}" + "".join(f"{name:>9}" for name in names))


def show(dialect: Dialect, costs: Costs) -> None:
    seconds = "".join(f"{each.seconds:9.1f}" for each in (costs.run, costs.plain, costs.preview, costs.verify))
    growth = "".join(f"{each.growth_mb:9.0f}" for each in (costs.run, costs.preview, costs.verify))
    print(f"{dialect:9}{costs.sessions:>11,}{seconds}{costs.run_over_sql:9.2f}{growth}", flush=True)


async def costs_of(dialect: Dialect, sessions: int) -> Costs:
    async with AsyncExitStack() as stack:
        ours = await stack.enter_async_context(place_for("billing", dialect))
        await migrate(ours)
        async with open_database(ours) as database:
            with database.bound():
                await load(database, sessions)
        await settle(ours)
        theirs = await stack.enter_async_context(place_for("billing", dialect, like=ours))
        await settle(theirs)
        costs = Costs(
            sessions,
            run=await cost_of(run, ours),
            preview=await cost_of(preview, theirs),
            plain=await cost_of(run_plainly, theirs),
            verify=await cost_of(verify, ours),
        )
        async with open_database(ours) as one, open_database(theirs) as other:
            await require_equal(one, other)
        return costs


async def require_equal(one: Database, other: Database) -> None:
    """The same statements, lines, payouts and totals in both, and the same told of them."""
    assert await _written(one) == await _written(other)
    parts, other_parts = await _parts(one), await _parts(other)
    assert parts.keys() == other_parts.keys()
    for part, event_id in parts.items():
        assert await _told(one, event_id) == await _told(other, other_parts[part]), f"part {part}"


async def _written(database: Database) -> tuple[CycleTotals, int]:
    """With the hash of what is stored, whatever the cycle says of itself; and how much is left for the next month."""
    cycle = await cycle_of(database, OCTOBER)
    assert cycle is not None
    totals = await stored_totals(database, cycle.cycle_id)
    assert totals is not None
    sha256 = await stored_hash(database, cycle.cycle_id)
    return replace(totals, sha256=sha256), await database.value("SELECT count(*) FROM adjustment")


async def _parts(database: Database) -> dict[int, UUID]:
    """The event of each part."""
    ids = [row["id"] for row in await database.rows("SELECT id FROM outbox WHERE topic = $1", CycleClosed.TOPIC)]
    return {(await _part(database, event_id)).part: event_id for event_id in ids}


async def _told(database: Database, event_id: UUID) -> list[Statement]:
    """All but the identifiers that a run makes up."""
    statements = (await _part(database, event_id)).statements
    return [msgspec.structs.replace(statement, statement_id=NOBODY) for statement in statements]


async def _part(database: Database, event_id: UUID) -> CycleClosed:
    body: str = await database.value("SELECT body FROM outbox WHERE id = $1", event_id)
    return msgspec.json.decode(body, type=CycleClosed)


async def main(largest: int) -> None:
    show_header()
    all_costs = {}
    for dialect, sessions in SIZES:
        if sessions <= largest:
            costs = all_costs[dialect] = await costs_of(dialect, sessions)
            show(dialect, costs)
    costs, sqlite = all_costs["postgres"], all_costs["sqlite"]
    print(
        f"RESULT run_over_sql={costs.run_over_sql:.2f} rss_growth_mb={costs.run.growth_mb:.0f}"
        f" preview_over_run={costs.preview_over_run:.2f} sqlite_run_over_sql={sqlite.run_over_sql:.2f}"
    )


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else SIZES[-1][1]))
