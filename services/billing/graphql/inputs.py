"""What mutations take. A key that comes again gets the first result."""

from datetime import date
from decimal import Decimal

import strawberry

from services.billing.domain.statements import DiscountKind
from services.billing.use_cases.add_discount_rule import NewDiscountRule
from services.billing.use_cases.add_payout_deduction import NewDeduction
from services.billing.use_cases.end_discount_rule import DiscountEnd
from services.billing.use_cases.mark_payouts_paid import Payment
from services.billing.use_cases.set_tutor_rate import NewTutorRate
from services.billing.use_cases.start_closing import NewRun
from shared.errors import InvalidInput
from shared.graphql.money import MoneyInput
from shared.ids import parse_id
from shared.period import Month


@strawberry.input(description="Without `validFrom` the rate is valid from today.")
class SetTutorRateInput:
    tutor_id: strawberry.ID
    rate_per_session: MoneyInput
    addon_rate: MoneyInput | None = None
    valid_from: date | None = None
    idempotency_key: str | None = None

    def content(self, currency: str) -> NewTutorRate:
        return NewTutorRate(
            tutor_id=parse_id(self.tutor_id, "tutorId"),
            rate_per_session=self.rate_per_session.in_currency(currency),
            addon_rate=self.addon_rate.in_currency(currency) if self.addon_rate else None,
            valid_from=self.valid_from,
        )


@strawberry.input(description="`early` closes a month that is not over yet.")
class RunMonthlyCycleInput:
    month: Month
    early: bool = False
    idempotency_key: str | None = None

    def content(self) -> NewRun:
        return NewRun(month=self.month, early=self.early)


@strawberry.input(description="Either `percent` or a fixed `amount` a month. Without `validFrom` valid from today.")
class AddDiscountRuleInput:
    parent_id: strawberry.ID
    label: str
    percent: Decimal | None = None
    amount: MoneyInput | None = None
    valid_from: date | None = None
    valid_until: date | None = None
    idempotency_key: str | None = None

    def content(self, currency: str) -> NewDiscountRule:
        kind, size = self._size(currency)
        return NewDiscountRule(
            parent_id=parse_id(self.parent_id, "parentId"),
            kind=kind,
            size=size,
            label=self.label,
            valid_from=self.valid_from,
            valid_until=self.valid_until,
        )

    def _size(self, currency: str) -> tuple[DiscountKind, int]:
        if self.percent is not None and self.amount is None:
            return DiscountKind.PERCENT, _basis_points(self.percent)
        if self.amount is not None and self.percent is None:
            return DiscountKind.FIXED, self.amount.in_currency(currency).minor
        raise InvalidInput("a discount is either a percent or an amount")


@strawberry.input(description="Without `lastDay` the rule ends today.")
class EndDiscountRuleInput:
    id: strawberry.ID
    last_day: date | None = None
    idempotency_key: str | None = None

    def content(self) -> DiscountEnd:
        return DiscountEnd(rule_id=parse_id(self.id), last_day=self.last_day)


@strawberry.input
class AddPayoutDeductionInput:
    tutor_id: strawberry.ID
    month: Month
    amount: MoneyInput
    label: str
    idempotency_key: str | None = None

    def content(self, currency: str) -> NewDeduction:
        return NewDeduction(
            tutor_id=parse_id(self.tutor_id, "tutorId"),
            month=self.month,
            amount=self.amount.in_currency(currency),
            label=self.label,
        )


@strawberry.input
class MarkPayoutsPaidInput:
    ids: list[strawberry.ID]
    reference: str
    idempotency_key: str | None = None

    def content(self) -> Payment:
        return Payment(payout_ids=tuple(dict.fromkeys(map(parse_id, self.ids))), reference=self.reference)


def _basis_points(percent: Decimal) -> int:
    points = percent * 100
    if points != int(points):
        raise InvalidInput("a percentage has at most two decimals")
    return int(points)
