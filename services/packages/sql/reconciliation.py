"""Every lot beside what its movements add up to, and beside the sessions that it covers."""

from uuid import UUID

from services.packages.domain.ledger import Balance
from services.packages.domain.reconciliation import Difference, Reconciliation
from shared.database.database import Transaction
from shared.database.row import Row

_BESIDE = """
    SELECT l.id, l.parent_id, l.total_sessions, l.used_sessions, l.expired_sessions,
           coalesce(m.sold, 0) AS ledger_sold, coalesce(m.used, 0) AS ledger_used,
           coalesce(m.expired, 0) AS ledger_expired, coalesce(c.covered, 0) AS covered
    FROM session_package l
    LEFT JOIN (
        SELECT package_id, sum(CASE WHEN kind = 'PURCHASED' THEN sessions ELSE 0 END) AS sold,
               -sum(CASE WHEN kind IN ('USED', 'RETURNED') THEN sessions ELSE 0 END) AS used,
               -sum(CASE WHEN kind IN ('EXPIRED', 'REINSTATED') THEN sessions ELSE 0 END) AS expired
        FROM movement GROUP BY package_id) AS m ON m.package_id = l.id
    LEFT JOIN (
        SELECT c.package_id, count(*) AS covered
        FROM coverage c LEFT JOIN reversal r ON r.session_id = c.session_id
        WHERE c.package_id IS NOT NULL AND r.session_id IS NULL GROUP BY c.package_id) AS c ON c.package_id = l.id
"""
_DIFFERS = """(total_sessions <> ledger_sold OR used_sessions <> ledger_used OR expired_sessions <> ledger_expired
    OR used_sessions <> covered)"""
_SUMS = f"""
    SELECT count(*) AS packages, coalesce(sum(ledger_sold), 0)::bigint AS sold,
           coalesce(sum(ledger_used), 0)::bigint AS used, coalesce(sum(ledger_expired), 0)::bigint AS expired,
           coalesce(sum(covered), 0)::bigint AS covered, count(CASE WHEN {_DIFFERS} THEN 1 END) AS differences
    FROM ({_BESIDE}) AS lot
"""
_DIFFERENCES = f"SELECT * FROM ({_BESIDE}) AS lot WHERE {_DIFFERS} ORDER BY id LIMIT $1"


async def reconciled(transaction: Transaction, at_most: int) -> Reconciliation:
    """With the first so many differences."""
    (sums,) = await transaction.rows(_SUMS)
    return Reconciliation(
        packages=sums["packages"],
        ledger=Balance(sums["sold"], sums["used"], sums["expired"]),
        sessions_covered=sums["covered"],
        differences_count=sums["differences"],
        differences=[_difference(row) for row in await transaction.rows(_DIFFERENCES, at_most)],
    )


def _difference(row: Row) -> Difference:
    return Difference(
        package_id=UUID(str(row["id"])),
        parent_id=UUID(str(row["parent_id"])),
        lot=Balance(row["total_sessions"], row["used_sessions"], row["expired_sessions"]),
        ledger=Balance(int(row["ledger_sold"]), int(row["ledger_used"]), int(row["ledger_expired"])),
        sessions_covered=row["covered"],
    )
