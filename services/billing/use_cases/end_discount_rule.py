"""A standing discount gets a last valid day."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.billing.domain.errors import MonthClosed
from services.billing.domain.statements import DiscountRule
from services.billing.sql.cycles import last_closed
from services.billing.sql.discounts import rule_of, set_last_day
from services.billing.sql.standstill import stand_still
from services.billing.work import BillingWork
from shared.database.database import Transaction
from shared.errors import InvalidInput, NotFound
from shared.mutations.audit import record_audit
from shared.mutations.idempotency import claim_key


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscountEnd:
    """Without `last_day` the rule ends on the day on which it is ended."""

    rule_id: UUID
    last_day: date | None


async def end_discount_rule(work: BillingWork, end: DiscountEnd, idempotency_key: str | None, by: str) -> UUID:
    """Raises NotFound, InvalidInput, MonthClosed when a closed month has used the rule later, IdempotencyKeyReused."""
    now = work.clock.now()
    async with work.database.transaction() as transaction:
        await stand_still(transaction)
        first = await claim_key(transaction, idempotency_key, end, end.rule_id, now)
        if first is not None:
            return first
        rule = await rule_of(transaction, end.rule_id)
        if rule is None:
            raise NotFound(f"no such discount rule: {end.rule_id}")
        last_day = end.last_day or work.today
        await _require_open_future(transaction, rule, last_day)
        await set_last_day(transaction, end.rule_id, last_day)
        await record_audit(transaction, "END_DISCOUNT_RULE", end.rule_id, f"last day {last_day}", now, by)
    return end.rule_id


async def _require_open_future(transaction: Transaction, rule: DiscountRule, last_day: date) -> None:
    if last_day < rule.valid_from:
        raise InvalidInput("a discount cannot end before it begins")
    closed = await last_closed(transaction)
    if closed is not None and last_day < closed.last_day and rule.holds_on(closed.last_day):
        raise MonthClosed(f"{closed} is closed and has used this discount", month=str(closed))
