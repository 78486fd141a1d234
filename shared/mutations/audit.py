"""Who did what, when and why, where no other row says it."""

from datetime import datetime
from uuid import UUID

from shared.database.database import Transaction
from shared.ids import new_id

_RECORD = """
    INSERT INTO audit_entry (id, action, subject_id, reason, done_at, done_by) VALUES ($1, $2, $3, $4, $5, $6)
"""


async def record_audit(
    transaction: Transaction, action: str, subject_id: UUID, reason: str | None, now: datetime, by: str
) -> None:
    await transaction.execute(_RECORD, new_id(), action, subject_id, reason, now, by)
