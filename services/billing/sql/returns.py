"""Charges that come back from a voided invoice."""

from datetime import datetime
from uuid import UUID

from shared.database.database import Transaction
from shared.errors import NivaaError
from shared.ids import new_id

_STATEMENT = "SELECT s.id FROM statement s WHERE s.id = $1"

_RETURN = """
INSERT INTO adjustment (id, parent_id, source_statement_id, description, day, amount_minor, currency, created_at)
SELECT $1::uuid, s.parent_id, s.id, $3::text, date($4), s.total_minor, s.currency, $4::timestamptz
  FROM statement s WHERE s.id = $2 AND s.total_minor > 0
ON CONFLICT DO NOTHING
"""


async def return_charges(transaction: Transaction, statement_id: UUID, description: str, now: datetime) -> None:
    """Leaves the statement's total to the parent's next statement, unless it was left already."""
    if await transaction.row(_STATEMENT, statement_id) is None:
        raise NivaaError(f"no such statement: {statement_id}")
    await transaction.execute(_RETURN, new_id(), statement_id, description, now)
