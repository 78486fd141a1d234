"""An entry leaves the price list. What was sold by it stays as it was sold."""

from dataclasses import dataclass
from uuid import UUID

from services.packages.domain.reason import check_reason
from services.packages.sql.offers import offer_of, withdraw_offer
from services.packages.work import PackagesWork
from shared.mutations.audit import record_audit
from shared.mutations.idempotency import claim_key


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawal:
    offer_id: UUID
    reason: str


async def withdraw_package_offer(work: PackagesWork, asked: Withdrawal, idempotency_key: str | None, by: str) -> UUID:
    """Withdrawing again changes nothing. Raises NotFound, InvalidInput, IdempotencyKeyReused."""
    reason = check_reason(asked.reason)
    now = work.clock.now()
    async with work.database.transaction() as transaction:
        first = await claim_key(transaction, idempotency_key, asked, asked.offer_id, now)
        if first is not None:
            return first
        offer = await offer_of(transaction, asked.offer_id)
        if await withdraw_offer(transaction, offer.id, now):
            await record_audit(
                transaction, "WITHDRAW_PACKAGE_OFFER", offer.id, reason, now, by, offer.price_per_session
            )
    return asked.offer_id
