"""Payouts are handed to whoever pays them: PENDING becomes PROCESSED. All of those named, or none."""

from dataclasses import dataclass
from uuid import UUID

from services.billing.domain.payouts import PayoutStatus, require_move
from services.billing.sql.payout_status import mark_processed, standing_payouts
from services.billing.sql.standstill import stand_still
from services.billing.work import BillingWork
from shared.mutations.audit import record_audit
from shared.mutations.idempotency import claim_key


@dataclass(frozen=True, slots=True, kw_only=True)
class Processing:
    payout_ids: tuple[UUID, ...]


async def mark_payouts_processed(work: BillingWork, new: Processing, idempotency_key: str | None, by: str) -> None:
    """One that is processed already stays as it is. Raises NotFound, InvalidInput, PayoutNotPayable."""
    now = work.clock.now()
    async with work.database.transaction() as transaction:
        await stand_still(transaction)
        payouts = await standing_payouts(transaction, new.payout_ids)
        if await claim_key(transaction, idempotency_key, new, new.payout_ids[0], now) is not None:
            return
        require_move({each.payout_id: each.status for each in payouts}, PayoutStatus.PROCESSED)
        pending = [each for each in payouts if each.status is PayoutStatus.PENDING]
        await mark_processed(transaction, [each.payout_id for each in pending], now, by)
        for payout in pending:
            await record_audit(transaction, "MARK_PAYOUT_PROCESSED", payout.payout_id, None, now, by, payout.net)
