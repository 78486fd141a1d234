"""What an invoice lists: charges, sessions and packages, as billing's statement had them."""

from datetime import date, datetime
from enum import StrEnum

import strawberry
from strawberry.federation.schema_directives import Key
from strawberry.federation.types import FieldSet

from services.invoicing.graphql.context import Info
from shared.contracts.billing import ChargeLine, PackageUsage, UsageLine
from shared.graphql.money import ShownMoney, show
from shared.money import Money
from shared.period import Month


@strawberry.enum(description="What a charge is for.")
class ChargeKind(StrEnum):
    PACKAGE_PURCHASE = "PACKAGE_PURCHASE"
    ADDON_SESSION = "ADDON_SESSION"
    OVERAGE_SESSION = "OVERAGE_SESSION"
    ADJUSTMENT = "ADJUSTMENT"


@strawberry.enum(description="How an approved session is paid for.")
class Coverage(StrEnum):
    PACKAGE = "PACKAGE"
    ADDON = "ADDON"
    OVERAGE = "OVERAGE"


@strawberry.federation.type(keys=[Key(fields=FieldSet("id"), resolvable=False)])
class Session:
    id: strawberry.ID


@strawberry.federation.type(keys=[Key(fields=FieldSet("id"), resolvable=False)])
class SessionPackage:
    id: strawberry.ID


@strawberry.type(description="One charge: quantity × unitPrice − reduction = amount.")
class InvoiceLine:
    line: strawberry.Private[ChargeLine]
    currency: strawberry.Private[str]
    kind: ChargeKind
    description: str
    child_name: str | None
    date: date
    quantity: int

    @classmethod
    def of(cls, line: ChargeLine, currency: str) -> "InvoiceLine":
        return cls(
            line=line,
            currency=currency,
            kind=ChargeKind(line.kind),
            description=line.description,
            child_name=line.child_name,
            date=line.date,
            quantity=line.quantity,
        )

    @strawberry.field
    def unit_price(self, info: Info) -> ShownMoney:
        return show(Money(self.line.unit_price_minor, self.currency), info)

    @strawberry.field
    def reduction(self, info: Info) -> ShownMoney:
        return show(Money(self.line.reduction_minor, self.currency), info)

    @strawberry.field
    def amount(self, info: Info) -> ShownMoney:
        return show(Money(self.line.amount_minor, self.currency), info)


@strawberry.type(description="One approved session of the month, or one that was late for an earlier month.")
class InvoicedSession:
    line: strawberry.Private[UsageLine]
    currency: strawberry.Private[str]
    session: Session
    starts_at: datetime
    duration_minutes: int
    child_name: str
    tutor_name: str
    coverage: Coverage
    late_from: Month | None

    @classmethod
    def of(cls, line: UsageLine, currency: str) -> "InvoicedSession":
        return cls(
            line=line,
            currency=currency,
            session=Session(id=strawberry.ID(str(line.session_id))),
            starts_at=line.starts_at,
            duration_minutes=line.duration_minutes,
            child_name=line.child_name,
            tutor_name=line.tutor_name,
            coverage=Coverage(line.coverage),
            late_from=Month.parse(line.late_from) if line.late_from else None,
        )

    @strawberry.field
    def amount(self, info: Info) -> ShownMoney:
        return show(Money(self.line.amount_minor, self.currency), info)


@strawberry.type(description="A package as it stood at the month's end.")
class InvoicedPackage:
    session_package: SessionPackage
    child_name: str | None
    purchased_on: date
    expires_on: date | None
    total_sessions: int
    used_sessions: int

    @classmethod
    def of(cls, usage: PackageUsage) -> "InvoicedPackage":
        return cls(
            session_package=SessionPackage(id=strawberry.ID(str(usage.package_id))),
            child_name=usage.child_name,
            purchased_on=usage.purchased_on,
            expires_on=usage.expires_on,
            total_sessions=usage.total_sessions,
            used_sessions=usage.used_sessions,
        )
