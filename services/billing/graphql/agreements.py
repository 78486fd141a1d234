"""What clients see of what was agreed: tutors' rates, parents' discounts, deductions from pay."""

from datetime import date
from decimal import Decimal
from typing import Any, Self
from uuid import UUID

import strawberry

from services.billing import reads
from services.billing.domain.statements import DiscountKind
from services.billing.graphql.cycle import Info, shown_id
from services.billing.graphql.types import Parent, Tutor
from shared.auth.viewer import Role
from shared.database.row import Row
from shared.graphql.listed import listed
from shared.graphql.money import ShownMoney, show
from shared.graphql.pages import Connection
from shared.ids import parse_id
from shared.money import BASIS_POINTS, Money
from shared.period import Month

strawberry.enum(DiscountKind)


DATE_KEY: type[Any] = tuple[date, UUID]
MONTH_KEY: type[Any] = tuple[str, UUID]
NOBODY = UUID(int=0)


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

    @strawberry.field
    def rate_per_session(self, info: Info) -> ShownMoney:
        return show(Money(self.row["rate_minor"], self.row["currency"]), info)

    @strawberry.field
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

    @strawberry.field
    def amount(self, info: Info) -> ShownMoney | None:
        is_fixed = self.row["kind"] == DiscountKind.FIXED
        return show(Money(self.row["size"], info.context.currency), info) if is_fixed else None


@strawberry.type(description="Held back from the tutor's first payout of the month or later.")
class PayoutDeduction:
    id: strawberry.ID
    tutor: Tutor
    month: Month
    label: str
    taken_in: Month | None = strawberry.field(description="The month whose payout has it; null while it waits for one.")
    row: strawberry.Private[Row]

    @classmethod
    def of(cls, row: Row) -> Self:
        return cls(
            id=shown_id(row["id"]),
            tutor=Tutor(id=shown_id(row["tutor_id"])),
            month=Month.parse(row["month"]),
            label=row["label"],
            taken_in=Month.parse(row["taken_in"]) if row["taken_in"] else None,
            row=row,
        )

    @strawberry.field
    def amount(self, info: Info) -> ShownMoney:
        return show(Money(self.row["amount_minor"], self.row["currency"]), info)


@strawberry.type
class AgreementQuery:
    @strawberry.field
    async def tutor_rates(
        self, info: Info, tutor_id: strawberry.ID | None = None, first: int | None = None, after: str | None = None
    ) -> Connection[TutorRate]:
        """The latest first. Tutors see their own."""
        listing = reads.rates_listed(_owner(info, Role.TUTOR, tutor_id, "tutorId"))
        return await listed(info.context.work.database, listing, first, after, DATE_KEY, TutorRate.of)

    @strawberry.field
    async def discount_rules(
        self, info: Info, parent_id: strawberry.ID | None = None, first: int | None = None, after: str | None = None
    ) -> Connection[DiscountRule]:
        """Those that begin latest first. Parents see their own."""
        listing = reads.rules_listed(_owner(info, Role.PARENT, parent_id, "parentId"))
        return await listed(info.context.work.database, listing, first, after, DATE_KEY, DiscountRule.of)

    @strawberry.field
    async def payout_deductions(
        self, info: Info, tutor_id: strawberry.ID | None = None, first: int | None = None, after: str | None = None
    ) -> Connection[PayoutDeduction]:
        """Those of the latest month first. Tutors see their own."""
        listing = reads.deductions_listed(_owner(info, Role.TUTOR, tutor_id, "tutorId"))
        return await listed(info.context.work.database, listing, first, after, MONTH_KEY, PayoutDeduction.of)


def _owner(info: Info, owners: Role, asked: strawberry.ID | None, what: str) -> UUID | None:
    """Whose agreements are listed: for a person the own ones; those of somebody else are as none."""
    owner_id = parse_id(asked, what) if asked else None
    if info.context.sees_overview:
        return owner_id
    own = info.context.viewer.person_id if info.context.viewer.role is owners else None
    return own if own is not None and owner_id in (None, own) else NOBODY
