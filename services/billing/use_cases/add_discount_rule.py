"""A parent's standing discount."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.billing.domain.amounts import clean_label
from services.billing.domain.statements import DiscountKind
from services.billing.sql.discounts import insert_rule
from services.billing.sql.standstill import stand_still
from services.billing.use_cases.known_person import require_person
from services.billing.work import BillingWork
from shared.errors import InvalidInput
from shared.ids import new_id
from shared.money import BASIS_POINTS, Money
from shared.mutations.audit import record_audit
from shared.mutations.idempotency import claim_key


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDiscountRule:
    """`size` is in basis points for PERCENT and in minor units for FIXED. Without `valid_from` it is valid from the day
    on which it is added, without `valid_until` for good."""

    parent_id: UUID
    kind: DiscountKind
    size: int
    label: str
    valid_from: date | None
    valid_until: date | None


async def add_discount_rule(work: BillingWork, new: NewDiscountRule, idempotency_key: str | None, by: str) -> UUID:
    """Raises NotFound, InvalidInput, IdempotencyKeyReused."""
    label = clean_label(new.label)
    _require_sense(new, valid_from := new.valid_from or work.today)
    await require_person(work, new.parent_id, "PARENT")
    now = work.clock.now()
    async with work.database.transaction() as transaction:
        await stand_still(transaction)
        first = await claim_key(transaction, idempotency_key, new, rule_id := new_id(), now)
        if first is not None:
            return first
        size = (new.kind.value, new.size, label)
        await insert_rule(transaction, (rule_id, new.parent_id, *size, valid_from, new.valid_until, now, by))
        about = f"parent {new.parent_id}: {label}"
        await record_audit(transaction, "ADD_DISCOUNT_RULE", rule_id, about, now, by, _fixed_amount(work, new))
    return rule_id


def _fixed_amount(work: BillingWork, new: NewDiscountRule) -> Money | None:
    return Money(new.size, work.currency) if new.kind is DiscountKind.FIXED else None


def _require_sense(new: NewDiscountRule, valid_from: date) -> None:
    if new.size <= 0:
        raise InvalidInput("a discount is more than nothing")
    if new.kind is DiscountKind.PERCENT and new.size > BASIS_POINTS:
        raise InvalidInput("a discount is at most 100 %")
    if new.valid_until is not None and new.valid_until < valid_from:
        raise InvalidInput("a discount cannot end before it begins")
