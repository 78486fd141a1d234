"""What a tutor earns from a date on, until a later rate takes over."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.billing.domain.amounts import require_not_negative
from services.billing.domain.errors import MonthClosed
from services.billing.sql.rates import first_locked_use, put_rate, rate_from
from services.billing.sql.standstill import stand_still
from services.billing.use_cases.known_person import require_person
from services.billing.work import BillingWork
from shared.ids import new_id
from shared.money import Money
from shared.mutations.audit import record_audit
from shared.mutations.idempotency import claim_key


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTutorRate:
    """`addon_rate` is for add-on sessions; None pays them like the others. Without `valid_from` it is valid from the
    day on which it is set."""

    tutor_id: UUID
    rate_per_session: Money
    addon_rate: Money | None
    valid_from: date | None


async def set_tutor_rate(work: BillingWork, new: NewTutorRate, idempotency_key: str | None, by: str) -> UUID:
    """A second rate from the same date corrects the first.

    Raises NotFound, InvalidInput, MonthClosed when it would have changed a locked payout, IdempotencyKeyReused.
    """
    require_not_negative(new.rate_per_session, "a rate")
    if new.addon_rate is not None:
        require_not_negative(new.addon_rate, "an add-on rate")
    await require_person(work, new.tutor_id, "TUTOR")
    now = work.clock.now()
    async with work.database.transaction() as transaction:
        await stand_still(transaction)
        valid_from = new.valid_from or work.today
        rate_id = await rate_from(transaction, new.tutor_id, valid_from) or new_id()
        first = await claim_key(transaction, idempotency_key, new, rate_id, now)
        if first is not None:
            return first
        locked = await first_locked_use(transaction, new.tutor_id, valid_from)
        if locked is not None:
            raise MonthClosed(f"a closed payout has a session of {locked}, which this rate would change")
        addon_minor = new.addon_rate.minor if new.addon_rate else None
        amounts = (new.rate_per_session.minor, addon_minor, work.currency)
        await put_rate(transaction, (rate_id, new.tutor_id, valid_from, *amounts, now, by))
        about = f"tutor {new.tutor_id} from {valid_from}"
        await record_audit(transaction, "SET_TUTOR_RATE", rate_id, about, now, by, new.rate_per_session)
        if new.addon_rate:
            await record_audit(transaction, "SET_TUTOR_RATE", rate_id, f"{about}, add-ons", now, by, new.addon_rate)
    return rate_id
