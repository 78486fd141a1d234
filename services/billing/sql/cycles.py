"""The cycles' own rows."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from services.billing.domain.cycles import Cycle, CycleStatus
from services.billing.domain.totals import CycleTotals
from shared.database.database import Statements, Transaction
from shared.database.row import Row
from shared.period import Month

_OF_MONTH = "SELECT id, month, status, closing_by FROM billing_cycle WHERE month = $1"

_CLOSING = "SELECT id, month, status, closing_by FROM billing_cycle WHERE status = 'CLOSING' ORDER BY month"

_OPEN = """
INSERT INTO billing_cycle (id, month, status, currency, opened_at, opened_by) VALUES ($1, $2, 'OPEN', $3, $4, $5)
ON CONFLICT DO NOTHING
"""

_START = "UPDATE billing_cycle SET status = 'CLOSING', closing_by = $2 WHERE id = $1"

_CLOSE = """
UPDATE billing_cycle SET status = 'CLOSED', closed_at = $2, closed_by = $3, sessions_counted = $4,
       statements_count = $5, payouts_count = $6, invoiced_minor = $7, payout_minor = $8, sha256 = $9
 WHERE id = $1
"""

_AMONG = "SELECT id, month, status, closing_by FROM billing_cycle WHERE month = ANY($1::varchar[])"

_OPEN_BEFORE = "SELECT min(month) AS month FROM billing_cycle WHERE month < $1 AND status <> 'CLOSED'"

_LAST_CLOSED = "SELECT max(month) AS month FROM billing_cycle WHERE status = 'CLOSED'"

_TOTALS = """
SELECT sessions_counted, statements_count, payouts_count, invoiced_minor, payout_minor, sha256
  FROM billing_cycle WHERE id = $1 AND status = 'CLOSED'
"""


async def cycle_of(statements: Statements, month: Month) -> Cycle | None:
    row = await statements.row(_OF_MONTH, str(month))
    return _cycle(row) if row else None


async def closing_cycles(statements: Statements) -> list[Cycle]:
    """The cycles that somebody began to close, the earliest first."""
    return [_cycle(row) for row in await statements.rows(_CLOSING)]


async def insert_cycle(
    transaction: Transaction, cycle_id: UUID, month: Month, currency: str, now: datetime, by: str
) -> Cycle:
    await transaction.execute(_OPEN, cycle_id, str(month), currency, now, by)
    return Cycle(cycle_id, month, CycleStatus.OPEN, None)


async def mark_closing(transaction: Transaction, cycle_id: UUID, by: str) -> None:
    await transaction.execute(_START, cycle_id, by)


async def mark_closed(transaction: Transaction, cycle: Cycle, totals: CycleTotals, now: datetime) -> None:
    counts = (totals.sessions, totals.statements, totals.payouts)
    sums = (totals.invoiced_minor, totals.payout_minor)
    await transaction.execute(_CLOSE, cycle.cycle_id, now, cycle.closing_by, *counts, *sums, totals.sha256)


async def cycles_among(statements: Statements, months: Sequence[str]) -> dict[str, Cycle]:
    """Those of the months that have a cycle."""
    return {row["month"]: _cycle(row) for row in await statements.rows(_AMONG, months)}


async def first_open_before(statements: Statements, month: Month) -> Month | None:
    """The earliest month before this one that is not closed."""
    found = await statements.value(_OPEN_BEFORE, str(month))
    return Month.parse(found) if found else None


async def last_closed(statements: Statements) -> Month | None:
    found = await statements.value(_LAST_CLOSED)
    return Month.parse(found) if found else None


async def stored_totals(statements: Statements, cycle_id: UUID) -> CycleTotals | None:
    """What a closed cycle came to; None while it is not closed."""
    row = await statements.row(_TOTALS, cycle_id)
    return CycleTotals(*row.values()) if row else None


def _cycle(row: Row) -> Cycle:
    return Cycle(row["id"], Month.parse(row["month"]), CycleStatus(row["status"]), row["closing_by"])
