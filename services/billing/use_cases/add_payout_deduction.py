"""An amount to hold back from a tutor's pay: from the payout of the month, or of the first later one there is."""

from dataclasses import dataclass
from uuid import UUID

from services.billing.domain.amounts import clean_label
from services.billing.domain.cycles import require_not_passed
from services.billing.sql.cycles import last_closed
from services.billing.sql.deductions import insert_deduction
from services.billing.sql.standstill import stand_still
from services.billing.use_cases.known_person import require_person
from services.billing.work import BillingWork
from shared.errors import InvalidInput
from shared.ids import new_id
from shared.money import Money
from shared.mutations.audit import record_audit
from shared.mutations.idempotency import claim_key
from shared.period import Month


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDeduction:
    tutor_id: UUID
    month: Month
    amount: Money
    label: str


async def add_payout_deduction(work: BillingWork, new: NewDeduction, idempotency_key: str | None, by: str) -> UUID:
    """Raises NotFound, InvalidInput, MonthClosed, IdempotencyKeyReused."""
    label = clean_label(new.label)
    if new.amount.minor <= 0:
        raise InvalidInput("a deduction is more than nothing")
    await require_person(work, new.tutor_id, "TUTOR")
    now = work.clock.now()
    async with work.database.transaction() as transaction:
        await stand_still(transaction)
        first = await claim_key(transaction, idempotency_key, new, deduction_id := new_id(), now)
        if first is not None:
            return first
        require_not_passed(new.month, await last_closed(transaction))
        amount = (label, new.amount.minor, work.currency)
        about = f"tutor {new.tutor_id}: {label}"
        await insert_deduction(transaction, (deduction_id, new.tutor_id, str(new.month), *amount, now, by))
        await record_audit(transaction, "ADD_PAYOUT_DEDUCTION", deduction_id, about, now, by, new.amount)
    return deduction_id
