"""The sessions and lots that a statement lists below its charges."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from uuid import UUID

from services.billing.domain.accounts import BilledSession, Usage
from services.billing.domain.lots import Lot
from services.billing.sql.entries import STANDING
from shared.database.database import Statements
from shared.database.row import Row
from shared.period import Month

_SESSIONS = f"""
SELECT a.parent_id, a.session_id, a.child_id, a.tutor_id, a.starts_at, a.session_date, a.duration_minutes,
       a.coverage, a.price_minor
  FROM approval a WHERE a.month = $1 AND a.parent_id = ANY($2::uuid[]) AND {STANDING}
 ORDER BY a.parent_id, a.starts_at, a.session_id
"""

_LOTS = """
SELECT p.package_id, p.parent_id, p.child_id, p.purchased_on, p.month, p.total_sessions,
       p.expires_on, r.renewed_at, r.expires_on AS renewed_until,
       count(CASE WHEN v.month IS NULL OR v.month > $1 THEN a.session_id END) AS used_sessions,
       count(CASE WHEN a.month < $1 AND (v.month IS NULL OR v.month >= $1) THEN a.session_id END) AS used_before,
       count(CASE WHEN a.month = $1 AND (v.month IS NULL OR v.month > $1) THEN a.session_id END) AS used_within
  FROM purchase p
  LEFT JOIN renewal r ON r.package_id = p.package_id
  LEFT JOIN approval a ON a.package_id = p.package_id AND a.month <= $1
  LEFT JOIN reversal v ON v.session_id = a.session_id
 WHERE p.parent_id = ANY($2::uuid[])
 GROUP BY p.package_id, r.package_id
HAVING p.month <= $1 OR count(CASE WHEN a.month = $1 AND (v.month IS NULL OR v.month > $1) THEN 1 END) > 0
 ORDER BY p.parent_id, p.purchased_at, p.package_id
"""


async def usage_of(statements: Statements, month: Month, parent_ids: Sequence[UUID]) -> Mapping[UUID, Usage]:
    """What these parents' children took in the month, in order of time, and what is left of their lots."""
    usage: dict[UUID, Usage] = defaultdict(Usage)
    for session in map(BilledSession._make, await statements.tuples(_SESSIONS, str(month), parent_ids)):
        usage[session.parent_id].sessions.append(session)
    for row in await statements.rows(_LOTS, str(month), parent_ids):
        if (lot := _lot(row)).is_shown_in(month):
            usage[row["parent_id"]].lots.append(lot)
    return usage


def _lot(row: Row) -> Lot:
    return Lot(
        package_id=row["package_id"],
        child_id=row["child_id"],
        purchased_on=row["purchased_on"],
        charged_in=Month.parse(row["month"]),
        expires_on=row["renewed_until"] if row["renewed_at"] else row["expires_on"],
        total_sessions=row["total_sessions"],
        used_sessions=row["used_sessions"],
        used_before=row["used_before"],
        used_within=row["used_within"],
    )
