"""Payouts were paid: PROCESSED becomes PAID for good, and the tutors are told. All of those named, or none."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.billing.domain.amounts import clean_label
from services.billing.domain.payouts import PayoutStatus, require_move
from services.billing.sql.payout_status import StandingPayout, mark_paid, standing_payouts
from services.billing.sql.standstill import stand_still
from services.billing.work import BillingWork
from shared.contracts.billing import PayoutPaid
from shared.mutations.audit import record_audit
from shared.mutations.idempotency import claim_key


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """`reference` is what finds the payment at the bank again."""

    payout_ids: tuple[UUID, ...]
    reference: str


async def mark_payouts_paid(work: BillingWork, payment: Payment, idempotency_key: str | None, by: str) -> None:
    """Raises NotFound, InvalidInput, PayoutNotPayable, IdempotencyKeyReused."""
    reference = clean_label(payment.reference)
    now = work.clock.now()
    async with work.database.transaction() as transaction:
        await stand_still(transaction)
        payouts = await standing_payouts(transaction, payment.payout_ids)
        if await claim_key(transaction, idempotency_key, payment, payment.payout_ids[0], now) is not None:
            return
        require_move({each.payout_id: each.status for each in payouts}, PayoutStatus.PAID)
        await mark_paid(transaction, payment.payout_ids, reference, now, by)
        for payout in payouts:
            await record_audit(transaction, "MARK_PAYOUT_PAID", payout.payout_id, reference, now, by, payout.net)
        await work.outbox.stage(transaction, [_told(payout, reference, now) for payout in payouts], now)


def _told(payout: StandingPayout, reference: str, now: datetime) -> PayoutPaid:
    return PayoutPaid(
        payout_id=payout.payout_id,
        tutor_id=payout.tutor_id,
        month=payout.month,
        net_minor=payout.net_minor,
        currency=payout.currency,
        reference=reference,
        paid_at=now,
    )
