"""Who did what, when and why: recorded where no other row says it, read by coordinators."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from shared.database.database import Transaction
from shared.database.listing import Conditions, Filter, Listing, Order
from shared.ids import new_id
from shared.money import Money

_RECORD = """
    INSERT INTO audit_entry (id, action, subject_id, reason, amount_minor, currency, done_at, done_by)
    SELECT * FROM unnest($1::uuid[], $2::varchar[], $3::uuid[], $4::text[], $5::bigint[], $6::varchar[],
        $7::timestamptz[], $8::varchar[])
"""
_ENTRIES = "SELECT e.id, e.action, e.subject_id, e.reason, e.amount_minor, e.currency, e.done_at, e.done_by FROM "
OWN_ENTRIES = "audit_entry"
_BY_TIME = Order("e", "done_at", descending=True)


async def record_audit(
    transaction: Transaction,
    action: str,
    subject_id: UUID,
    reason: str | None,
    now: datetime,
    by: str,
    amount: Money | None = None,
) -> None:
    """`action` is the mutation's name in upper case, `subject_id` what it made or changed."""
    await record_audits(transaction, action, [(subject_id, amount)], reason, now, by)


async def record_audits(
    transaction: Transaction,
    action: str,
    subjects: Iterable[tuple[UUID, Money | None]],
    reason: str | None,
    now: datetime,
    by: str,
) -> None:
    """The same for many subjects at once, each with its amount."""
    rows = [
        (new_id(), action, subject_id, reason, amount and amount.minor, amount and amount.currency, now, by)
        for subject_id, amount in subjects
    ]
    await transaction.execute_set(_RECORD, rows)


def audit_listing(filters: Sequence[Filter], entries: str = OWN_ENTRIES) -> Listing:
    """The latest first; filters speak of the entry `e`.

    `entries` is a table or a subquery with the columns of an audit entry: a service whose other rows say by
    themselves who did what reads them beside its own entries.
    """
    return Listing(f"{_ENTRIES} {entries} e", Conditions().and_all(filters), _BY_TIME)
