"""Fills a billing database with an organisation's months: September closed by the product, October ready to run."""

from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import islice
from zoneinfo import ZoneInfo

import asyncpg

from bench.organisation import OCTOBER, SEPTEMBER, Organisation
from services.billing.domain.charges import voided_description
from services.billing.use_cases.open_cycle import Opening, open_cycle
from services.billing.use_cases.run_monthly_cycle import run_monthly_cycle
from services.billing.use_cases.start_closing import NewRun
from services.billing.work import BillingWork
from shared.clock import TravellingClock
from shared.database.database import Database
from shared.ids import new_id
from shared.messaging.outbox import Outbox
from shared.period import Month

ROWS_AT_ONCE = 10_000
AFTER_OCTOBER = datetime(2026, 11, 2, 6, 0, tzinfo=UTC)

COLUMNS = {
    "person": "person_id kind parent_id name email phone version",
    "purchase": "package_id parent_id child_id total_sessions price_per_session_minor discount_minor currency goodwill"
    " purchased_at purchased_on expires_on month",
    "approval": "session_id parent_id child_id tutor_id starts_at session_date duration_minutes coverage package_id"
    " price_minor currency month approved_at",
    "reversal": "session_id parent_id child_id tutor_id package_id reason month reversed_at",
    "tutor_rate": "id tutor_id valid_from rate_minor addon_rate_minor currency set_at set_by",
    "discount_rule": "id parent_id kind size label valid_from valid_until added_at added_by",
    "payout_deduction": "id tutor_id month label amount_minor currency added_at added_by",
    "adjustment": "id parent_id source_statement_id description day amount_minor currency created_at",
}

_STANDING_APPROVALS = """
SELECT session_id, parent_id, child_id, tutor_id, package_id FROM approval a
 WHERE month = $1 AND NOT EXISTS (SELECT 1 FROM reversal v WHERE v.session_id = a.session_id) ORDER BY session_id
"""

_SOME_STATEMENTS = """
SELECT s.id, s.parent_id, s.total_minor FROM statement s JOIN billing_cycle c ON c.id = s.cycle_id
 WHERE c.month = $1 AND s.ordinal % 50 = 0 AND s.total_minor > 0
"""

_SEAL = """
INSERT INTO seal (month, approvals, reversals, purchases, sum_minor, sealed_at)
SELECT $1::varchar, (SELECT count(*) FROM approval WHERE month = $1),
       (SELECT count(*) FROM reversal WHERE month = $1), (SELECT count(*) FROM purchase WHERE month = $1),
       (SELECT coalesce(sum(price_minor), 0) FROM approval WHERE month = $1)
     + (SELECT coalesce(sum(total_sessions * price_per_session_minor - discount_minor), 0)
          FROM purchase WHERE month = $1 AND NOT goodwill), $2::timestamptz
"""


def billing_work(database: Database) -> BillingWork:
    """Billing on the second day of November."""
    clock = TravellingClock()
    clock.travel_to(AFTER_OCTOBER)
    zone = ZoneInfo("Asia/Kolkata")
    return BillingWork(database=database, outbox=Outbox(), clock=clock, zone=zone, currency="INR", patience_seconds=0)


async def run_month(work: BillingWork, month: Month) -> None:
    await run_monthly_cycle(work, NewRun(month=month, early=False), None, "bench")


async def load(database: Database, sessions: int) -> None:
    """Both months of an organisation that has so many sessions in October."""
    organisation = Organisation(sessions)
    await _copy(database, "person", organisation.people())
    await _copy(database, "tutor_rate", organisation.rates())
    await _copy(database, "discount_rule", organisation.discount_rules())
    await _copy(database, "payout_deduction", organisation.deductions())
    await _copy(database, "purchase", organisation.lots())
    await _load_month(database, organisation, SEPTEMBER)
    await run_month(billing_work(database), SEPTEMBER)
    await database.execute("DELETE FROM outbox")
    await open_cycle(billing_work(database), Opening(month=OCTOBER), None, "bench")
    await _load_month(database, organisation, OCTOBER)


async def _load_month(database: Database, organisation: Organisation, month: Month) -> None:
    await _copy(database, "purchase", organisation.purchases(month))
    await _copy(database, "approval", organisation.approvals(month))
    await _reverse(database, month, month, every=200)
    if month == OCTOBER:
        await _reverse(database, SEPTEMBER, month, every=61)
        await _void(database)
    await database.execute(_SEAL, str(month), AFTER_OCTOBER)
    await database.execute("ANALYZE")


async def _reverse(database: Database, of: Month, answered_in: Month, every: int) -> None:
    rows = (await database.rows(_STANDING_APPROVALS, str(of)))[::every]
    await _copy(database, "reversal", ((*row.values(), "cancelled", str(answered_in), AFTER_OCTOBER) for row in rows))


async def _void(database: Database) -> None:
    """Some of September's invoices come back."""
    about = (voided_description("NV/2627/000050"), SEPTEMBER.last_day)
    rows = [
        (new_id(), row["parent_id"], row["id"], *about, row["total_minor"], "INR", AFTER_OCTOBER)
        for row in await database.rows(_SOME_STATEMENTS, str(SEPTEMBER))
    ]
    await _copy(database, "adjustment", rows)


async def _copy(database: Database, table: str, rows: Iterable[tuple[object, ...]]) -> None:
    columns = COLUMNS[table].split()
    if database.dialect == "postgres":
        connection = await asyncpg.connect(database.config.url)
        try:
            await connection.copy_records_to_table(table, records=rows, columns=columns)
        finally:
            await connection.close()
        return
    places = ", ".join(f"${number}" for number in range(1, len(columns) + 1))
    insert = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places})"  # noqa: S608 - names of our own
    rows = iter(rows)
    async with database.transaction() as transaction:
        while some := list(islice(rows, ROWS_AT_ONCE)):
            await transaction.execute_many(insert, some)
