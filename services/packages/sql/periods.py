"""Billing months and their seal.

Whatever is added to a month holds the month's row FOR SHARE until it commits; the seal takes it FOR UPDATE, so
it waits for all of those and counts them, and nobody joins afterwards. On SQLite a transaction is alone anyway.
"""

from dataclasses import dataclass
from datetime import datetime

from services.packages.domain.billing_month import billing_month
from shared.database.database import Statements, Transaction
from shared.period import Month

_LAST_SEALED = "SELECT max(month) AS month FROM period WHERE sealed_at IS NOT NULL"
_SHARE = "SELECT sealed_at FROM period WHERE month = $1 FOR SHARE"
_ADD = "INSERT INTO period (month) VALUES ($1) ON CONFLICT DO NOTHING"
_LOCK = "SELECT month, sealed_at, approvals, reversals, purchases, sum_minor FROM period WHERE month = $1 FOR UPDATE"
_OPEN_BEFORE = "SELECT month FROM period WHERE month < $1 AND sealed_at IS NULL ORDER BY month"
_ALONG = """
    SELECT month FROM period
     WHERE month < $1 AND sealed_at = $2 AND approvals + reversals + purchases > 0 ORDER BY month
"""
_SEAL = """
    UPDATE period SET sealed_at = $2,
        approvals = (SELECT count(*) FROM coverage WHERE month = $1),
        reversals = (SELECT count(*) FROM reversal WHERE month = $1),
        purchases = (SELECT count(*) FROM session_package WHERE month = $1),
        sum_minor = (SELECT coalesce(sum(price_minor), 0)::bigint FROM coverage WHERE month = $1)
            + (SELECT coalesce(sum(total_sessions * price_per_session_minor - discount_minor), 0)::bigint
               FROM session_package WHERE month = $1)
    WHERE month = $1
    RETURNING month, sealed_at, approvals, reversals, purchases, sum_minor
"""


@dataclass(frozen=True, slots=True)
class Seal:
    month: str
    sealed_at: datetime
    approvals: int
    reversals: int
    purchases: int
    sum_minor: int


async def join_months(transaction: Transaction, own: set[Month]) -> dict[Month, Month]:
    """The billing month of each own month, all of them held open until the transaction ends.

    In order of time, so that two transactions which need several never wait for each other in a circle.
    """
    return {month: await join_month(transaction, month) for month in sorted(own)}


async def join_month(transaction: Transaction, own: Month) -> Month:
    """A month sealed while this waited for its row is seen as sealed, and the next one is tried."""
    while True:
        sealed = await transaction.value(_LAST_SEALED)
        month = billing_month(own, Month.parse(sealed) if sealed else None)
        if await _is_open(transaction, month):
            return month


async def _is_open(transaction: Transaction, month: Month) -> bool:
    row = await transaction.row(_SHARE, str(month))
    if row is None:
        await transaction.execute(_ADD, str(month))
        row = await transaction.row(_SHARE, str(month))
    return row is not None and row["sealed_at"] is None


async def seal_earlier(transaction: Transaction, month: Month, now: datetime) -> None:
    """Seals what was left open before the month: entries would be given later months anyway."""
    for row in await transaction.rows(_OPEN_BEFORE, str(month)):
        await seal_month(transaction, Month.parse(row["month"]), now)


async def sealed_along(statements: Statements, seal: Seal) -> list[str]:
    """The earlier months with entries that were sealed in the same moment."""
    return [row["month"] for row in await statements.rows(_ALONG, seal.month, seal.sealed_at)]


async def seal_month(transaction: Transaction, month: Month, now: datetime) -> Seal:
    """Counts the month and closes it; a month that is sealed already keeps its numbers."""
    await transaction.execute(_ADD, str(month))
    row = await transaction.row(_LOCK, str(month))
    if row is None or row["sealed_at"] is None:
        row = await transaction.row(_SEAL, str(month), now)
    if row is None:
        raise RuntimeError(f"period {month} vanished")
    return Seal(**row)
