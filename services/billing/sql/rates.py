"""What tutors have been promised per session."""

from datetime import date
from uuid import UUID

from shared.database.database import Statements, Transaction

_PUT = """
INSERT INTO tutor_rate (id, tutor_id, valid_from, rate_minor, addon_rate_minor, currency, set_at, set_by)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (tutor_id, valid_from) DO UPDATE SET
    rate_minor = excluded.rate_minor, addon_rate_minor = excluded.addon_rate_minor,
    currency = excluded.currency, set_at = excluded.set_at, set_by = excluded.set_by
"""

_FROM_THAT_DATE = "SELECT id FROM tutor_rate WHERE tutor_id = $1 AND valid_from = $2"

_LOCKED_USE = """
SELECT min(l.day) AS day FROM payout_line l JOIN payout p ON p.id = l.payout_id
 WHERE p.tutor_id = $1 AND l.kind IN ('SESSION', 'ADDON_SESSION') AND l.day >= $2
   AND NOT EXISTS (SELECT 1 FROM tutor_rate r
                    WHERE r.tutor_id = $1 AND r.valid_from > $2 AND r.valid_from <= l.day)
"""


async def put_rate(transaction: Transaction, values: tuple[object, ...]) -> None:
    """Id, tutor, first valid day, rate, add-on rate, currency, when and by whom."""
    await transaction.execute(_PUT, *values)


async def rate_from(statements: Statements, tutor_id: UUID, valid_from: date) -> UUID | None:
    """The tutor's rate that starts on exactly that date."""
    row = await statements.row(_FROM_THAT_DATE, tutor_id, valid_from)
    return row["id"] if row else None


async def first_locked_use(statements: Statements, tutor_id: UUID, valid_from: date) -> date | None:
    """The first day in a closed payout on which a rate from that date would be the valid one."""
    found: date | str | None = await statements.value(_LOCKED_USE, tutor_id, valid_from)
    return date.fromisoformat(found) if isinstance(found, str) else found
