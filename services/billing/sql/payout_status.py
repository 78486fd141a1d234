"""Where payouts stand, and their steps."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.billing.domain.payouts import PayoutStatus
from shared.database.database import Transaction
from shared.errors import InvalidInput, NotFound
from shared.money import Money

MOST_AT_ONCE = 1_000

_STANDING = """
SELECT p.id AS payout_id, p.tutor_id, c.month, p.net_minor, p.currency, p.status
  FROM payout p JOIN billing_cycle c ON c.id = p.cycle_id
 WHERE p.id = ANY($1::uuid[]) ORDER BY p.id FOR UPDATE OF p
"""
_PROCESSED = """
UPDATE payout SET status = 'PROCESSED', processed_at = $2, processed_by = $3 WHERE id = ANY($1::uuid[])
"""
_PAID = """
UPDATE payout SET status = 'PAID', reference = $2, paid_at = $3, paid_by = $4 WHERE id = ANY($1::uuid[])
"""


@dataclass(frozen=True, slots=True)
class StandingPayout:
    payout_id: UUID
    tutor_id: UUID
    month: str
    net_minor: int
    currency: str
    status: PayoutStatus

    @property
    def net(self) -> Money:
        return Money(self.net_minor, self.currency)


async def standing_payouts(transaction: Transaction, payout_ids: Sequence[UUID]) -> list[StandingPayout]:
    """Raises NotFound when one of them is unknown, InvalidInput when there are none or too many."""
    if not 1 <= len(payout_ids) <= MOST_AT_ONCE:
        raise InvalidInput(f"1 to {MOST_AT_ONCE} payouts at once")
    rows = await transaction.rows(_STANDING, payout_ids)
    unknown = set(payout_ids) - {row["payout_id"] for row in rows}
    if unknown:
        raise NotFound(f"no such payout: {', '.join(sorted(map(str, unknown)))}")
    return [StandingPayout(**(row | {"status": PayoutStatus(row["status"])})) for row in rows]


async def mark_processed(transaction: Transaction, payout_ids: Sequence[UUID], now: datetime, by: str) -> None:
    await transaction.execute(_PROCESSED, payout_ids, now, by)


async def mark_paid(
    transaction: Transaction, payout_ids: Sequence[UUID], reference: str, now: datetime, by: str
) -> None:
    await transaction.execute(_PAID, payout_ids, reference, now, by)
