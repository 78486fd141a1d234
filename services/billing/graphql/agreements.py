"""What clients see of what was agreed: tutors' rates, parents' discounts, deductions from pay."""

from datetime import date
from decimal import Decimal
from typing import Self

import strawberry

from services.billing.domain.statements import DiscountKind
from services.billing.graphql.cycle import Info, shown_id
from services.billing.graphql.types import Parent, Tutor
from shared.database.database import Row
from shared.graphql.money import ShownMoney, money_field, show
from shared.money import BASIS_POINTS, Money
from shared.period import Month

strawberry.enum(DiscountKind)


@strawberry.type(description="A tutor's agreed pay from a date on, until a later rate takes over.")
class TutorRate:
    id: strawberry.ID
    tutor: Tutor
    valid_from: date
    row: strawberry.Private[Row]

    @classmethod
    def of(cls, row: Row) -> Self:
        tutor = Tutor(id=shown_id(row["tutor_id"]))
        return cls(id=shown_id(row["id"]), tutor=tutor, valid_from=row["valid_from"], row=row)

    @money_field
    def rate_per_session(self, info: Info) -> ShownMoney:
        return show(Money(self.row["rate_minor"], self.row["currency"]), info)

    @money_field
    def addon_rate(self, info: Info) -> ShownMoney:
        """For add-on sessions; the same as the rate unless agreed otherwise."""
        minor = self.row["rate_minor"] if self.row["addon_rate_minor"] is None else self.row["addon_rate_minor"]
        return show(Money(minor, self.row["currency"]), info)


@strawberry.type(description="A parent's standing discount: a percentage, or a fixed amount a month.")
class DiscountRule:
    id: strawberry.ID
    parent: Parent
    kind: DiscountKind
    label: str
    percent: Decimal | None
    valid_from: date
    valid_until: date | None = strawberry.field(description="The last valid day; null is for good.")
    row: strawberry.Private[Row]

    @classmethod
    def of(cls, row: Row) -> Self:
        is_percent = row["kind"] == DiscountKind.PERCENT
        return cls(
            id=shown_id(row["id"]),
            parent=Parent(id=shown_id(row["parent_id"])),
            kind=DiscountKind(row["kind"]),
            label=row["label"],
            percent=Decimal(row["size"]) * 100 / BASIS_POINTS if is_percent else None,
            valid_from=row["valid_from"],
            valid_until=row["valid_until"],
            row=row,
        )

    @money_field
    def amount(self, info: Info) -> ShownMoney | None:
        is_fixed = self.row["kind"] == DiscountKind.FIXED
        return show(Money(self.row["size"], info.context.currency), info) if is_fixed else None


@strawberry.type(description="Held back from the tutor's first payout of the month or later.")
class PayoutDeduction:
    id: strawberry.ID
    tutor: Tutor
    month: Month
    label: str
    row: strawberry.Private[Row]

    @classmethod
    def of(cls, row: Row) -> Self:
        return cls(
            id=shown_id(row["id"]),
            tutor=Tutor(id=shown_id(row["tutor_id"])),
            month=Month.parse(row["month"]),
            label=row["label"],
            row=row,
        )

    @money_field
    def amount(self, info: Info) -> ShownMoney:
        return show(Money(self.row["amount_minor"], self.row["currency"]), info)
