"""Charges that come back from a voided invoice."""

from datetime import date, datetime
from uuid import UUID

from shared.database.database import Transaction
from shared.errors import NivaaError
from shared.ids import new_id

_STATEMENT = "SELECT id FROM statement WHERE id = $1"

_RETURN = """
INSERT INTO adjustment (id, parent_id, source_statement_id, description, day, amount_minor, currency, created_at)
SELECT $1::uuid, s.parent_id, s.id, $3::text, $4::date, s.total_minor, s.currency, $5::timestamptz
  FROM statement s WHERE s.id = $2 AND s.total_minor > 0
ON CONFLICT DO NOTHING
"""


async def return_charges(
    transaction: Transaction, statement_id: UUID, description: str, day: date, now: datetime
) -> None:
    """Leaves the statement's total to the parent's next statement, unless it was left already."""
    if await transaction.row(_STATEMENT, statement_id) is None:
        raise NivaaError(f"no such statement: {statement_id}")
    await transaction.execute(_RETURN, new_id(), statement_id, description, day, now)
