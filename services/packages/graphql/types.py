"""The entities of packages. A row is read by a loader; what a viewer may not see is null."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import strawberry

from services.packages.domain.alerts import Standing, standing_of
from services.packages.domain.coverage import CoverageKind
from services.packages.domain.ledger import MovementKind
from services.packages.domain.lots import Lot, PackageStatus
from services.packages.domain.sessions import SessionStatus
from services.packages.graphql.context import Info
from services.packages.sql.families import lot_of
from shared.auth.viewer import Role
from shared.database.database import Row
from shared.graphql.ahead import References, referred
from shared.graphql.money import ShownMoney, show
from shared.graphql.pages import Connection, Page, page_of
from shared.ids import parse_id
from shared.money import Money
from shared.period import Month

strawberry.enum(CoverageKind, name="Coverage")
strawberry.enum(MovementKind)
strawberry.enum(PackageStatus)
strawberry.enum(SessionStatus)


@strawberry.enum
class AlertStatus(StrEnum):
    OPEN = "OPEN"
    RESOLVED = "RESOLVED"


PACKAGE_REFERENCES: References = {"parent": ("parent", "parent_id"), "child": ("child", "child_id")}
SESSION_REFERENCES: References = {**PACKAGE_REFERENCES, "tutor": ("tutor", "tutor_id")}
"""What lists of them read ahead."""


@strawberry.federation.type(keys=["id"], description="The payer: has children, buys packages.")
class Parent:
    row: strawberry.Private[Row]
    id: strawberry.ID
    name: str
    email: str | None
    phone: str | None
    external_ref: str | None

    @classmethod
    def of(cls, row: Row) -> "Parent":
        return cls(
            row=row,
            id=strawberry.ID(str(row["id"])),
            name=row["name"],
            email=row["email"],
            phone=row["phone"],
            external_ref=row["external_ref"],
        )

    @classmethod
    async def resolve_reference(cls, info: Info, id: strawberry.ID, **_: Any) -> "Parent | None":  # noqa: A002
        row = await info.context.loaders.parent.load(parse_id(id))
        return None if row is None else cls.of(row)

    @strawberry.field
    async def children(self, info: Info) -> list["Child"]:
        return [Child.of(row) for row in await info.context.loaders.children_of.load(self.row["id"])]

    @strawberry.field
    async def session_packages(
        self, info: Info, first: int | None = None, after: str | None = None
    ) -> Connection["SessionPackage"]:
        """Every package ever bought, the latest first."""
        page = Page.asked(first, after, tuple[UUID])
        rows = await info.context.loaders.packages_of.load(self.row["id"])
        return page_of(page, rows, key=lambda row: [row["id"]], node=lambda row: SessionPackage.of(row, info))

    @strawberry.field
    async def remaining(self, info: Info) -> int:
        """Sessions left in the active packages together; without one, in the one used last."""
        return (await self._standing(info)).remaining

    @strawberry.field
    async def total_sessions(self, info: Info) -> int:
        """The size of the packages that `remaining` counts."""
        return (await self._standing(info)).total_sessions

    @strawberry.field
    async def low_package_alert(self, info: Info) -> "LowPackageAlert | None":
        """The alert that is open now."""
        row = await info.context.loaders.open_alert_of.load(self.row["id"])
        return None if row is None else LowPackageAlert.of(row)

    async def _standing(self, info: Info) -> Standing:
        lots = [lot_of(row) for row in await info.context.loaders.packages_of.load(self.row["id"])]
        return standing_of(lots, info.context.today) or Standing(0, 0)


@strawberry.federation.type(keys=["id"], description="The student.")
class Child:
    row: strawberry.Private[Row]
    id: strawberry.ID
    name: str
    external_ref: str | None

    @classmethod
    def of(cls, row: Row) -> "Child":
        return cls(row=row, id=strawberry.ID(str(row["id"])), name=row["name"], external_ref=row["external_ref"])

    @classmethod
    async def resolve_reference(cls, info: Info, id: strawberry.ID, **_: Any) -> "Child | None":  # noqa: A002
        row = await info.context.loaders.child.load(parse_id(id))
        return None if row is None else cls.of(row)

    @strawberry.field
    def parent(self, info: Info) -> Parent | None:
        return referred(info.context.loaders.parent, self.row["parent_id"], Parent.of)


@strawberry.federation.type(keys=["id"], description="Teaches sessions, is paid for approved ones.")
class Tutor:
    id: strawberry.ID
    name: str
    email: str | None
    phone: str | None
    external_ref: str | None

    @classmethod
    def of(cls, row: Row, info: Info) -> "Tutor":
        """Families see their tutors' names, not how to reach them at home."""
        private = info.context.viewer.role is Role.PARENT
        return cls(
            id=strawberry.ID(str(row["id"])),
            name=row["name"],
            email=None if private else row["email"],
            phone=None if private else row["phone"],
            external_ref=row["external_ref"],
        )

    @classmethod
    async def resolve_reference(cls, info: Info, id: strawberry.ID, **_: Any) -> "Tutor | None":  # noqa: A002
        row = await info.context.loaders.tutor.load(parse_id(id))
        return None if row is None else cls.of(row, info)


@strawberry.type(description="An entry of the price list.")
class PackageOffer:
    row: strawberry.Private[Row]
    id: strawberry.ID
    name: str
    total_sessions: int
    validity_days: int | None
    withdrawn_at: datetime | None

    @classmethod
    def of(cls, row: Row) -> "PackageOffer":
        return cls(
            row=row,
            id=strawberry.ID(str(row["id"])),
            name=row["name"],
            total_sessions=row["total_sessions"],
            validity_days=row["validity_days"],
            withdrawn_at=row["withdrawn_at"],
        )

    @strawberry.field
    def price_per_session(self, info: Info) -> ShownMoney:
        return show(Money(self.row["price_per_session_minor"], self.row["currency"]), info)


@strawberry.type(description="An entry of a package's ledger; `sessions` is signed.")
class Movement:
    row: strawberry.Private[Row]
    id: strawberry.ID
    kind: MovementKind
    sessions: int
    moved_at: datetime
    moved_by: str
    reason: str | None

    @classmethod
    def of(cls, row: Row) -> "Movement":
        return cls(
            row=row,
            id=strawberry.ID(str(row["id"])),
            kind=MovementKind(row["kind"]),
            sessions=row["sessions"],
            moved_at=row["moved_at"],
            moved_by=row["moved_by"],
            reason=row["reason"],
        )

    @strawberry.field
    async def session(self, info: Info) -> "Session | None":
        if self.row["session_id"] is None:
            return None
        row = await info.context.loaders.session.load(self.row["session_id"])
        return None if row is None else Session.of(row)


@strawberry.federation.type(keys=["id"], description="A prepaid lot of sessions that a parent bought.")
class SessionPackage:
    row: strawberry.Private[Row]
    lot: strawberry.Private[Lot]
    id: strawberry.ID
    total_sessions: int
    used_sessions: int
    expired_sessions: int
    remaining: int = strawberry.field(description="total - used, less what has expired.")
    status: PackageStatus
    goodwill: bool
    purchased_at: datetime
    expires_on: date | None = strawberry.field(description="The last valid day.")
    month: Month = strawberry.field(description="The billing month that charges it.")

    @classmethod
    def of(cls, row: Row, info: Info) -> "SessionPackage":
        lot = lot_of(row)
        return cls(
            row=row,
            lot=lot,
            id=strawberry.ID(str(lot.id)),
            total_sessions=lot.total_sessions,
            used_sessions=lot.used_sessions,
            expired_sessions=lot.expired_sessions,
            remaining=lot.remaining,
            status=lot.status(info.context.today),
            goodwill=lot.goodwill,
            purchased_at=lot.purchased_at,
            expires_on=lot.expires_on,
            month=Month.parse(row["month"]),
        )

    @classmethod
    async def resolve_reference(cls, info: Info, id: strawberry.ID, **_: Any) -> "SessionPackage | None":  # noqa: A002
        row = await info.context.loaders.package.load(parse_id(id))
        return None if row is None else cls.of(row, info)

    @strawberry.field
    def parent(self, info: Info) -> Parent | None:
        return referred(info.context.loaders.parent, self.row["parent_id"], Parent.of)

    @strawberry.field
    async def child(self, info: Info) -> Child | None:
        """The only child who may use it; null for the whole family."""
        if self.lot.child_id is None:
            return None
        row = await info.context.loaders.child.load(self.lot.child_id)
        return None if row is None else Child.of(row)

    @strawberry.field
    async def movements(self, info: Info, first: int | None = None, after: str | None = None) -> Connection[Movement]:
        """The ledger, from the purchase on."""
        page = Page.asked(first, after, tuple[UUID])
        rows = await info.context.loaders.movements_of.load(self.lot.id)
        return page_of(page, rows, key=lambda row: [row["id"]], node=Movement.of)

    @strawberry.field
    def price_per_session(self, info: Info) -> ShownMoney:
        return show(self.lot.price_per_session, info)

    @strawberry.field
    def discount(self, info: Info) -> ShownMoney:
        """Taken off the whole package at its sale."""
        return show(Money(self.row["discount_minor"], self.row["currency"]), info)

    @strawberry.field
    def cost(self, info: Info) -> ShownMoney:
        """What the package was sold for."""
        full_minor = self.lot.total_sessions * self.lot.price_per_session.minor
        return show(Money(full_minor - self.row["discount_minor"], self.row["currency"]), info)


@strawberry.federation.type(keys=["id"], description="One taught lesson.")
class Session:
    row: strawberry.Private[Row]
    id: strawberry.ID
    starts_at: datetime
    duration_minutes: int
    status: SessionStatus
    billed_as_addon: bool
    coverage: CoverageKind | None = strawberry.field(description="How it is paid for, once approved.")
    billing_month: Month | None = strawberry.field(description="The month whose cycle bills it, once approved.")
    approved_at: datetime | None
    reversed_at: datetime | None
    reversal_reason: str | None
    external_ref: str | None

    @classmethod
    def of(cls, row: Row) -> "Session":
        return cls(
            row=row,
            id=strawberry.ID(str(row["id"])),
            starts_at=row["starts_at"],
            duration_minutes=row["duration_minutes"],
            status=SessionStatus(row["status"]),
            billed_as_addon=bool(row["billed_as_addon"]),
            coverage=CoverageKind(row["coverage"]) if row["coverage"] else None,
            billing_month=Month.parse(row["month"]) if row["month"] else None,
            approved_at=row["approved_at"],
            reversed_at=row["reversed_at"],
            reversal_reason=row["reversal_reason"],
            external_ref=row["external_ref"],
        )

    @classmethod
    async def resolve_reference(cls, info: Info, id: strawberry.ID, **_: Any) -> "Session | None":  # noqa: A002
        row = await info.context.loaders.session.load(parse_id(id))
        return None if row is None else cls.of(row)

    @strawberry.field
    def child(self, info: Info) -> Child | None:
        return referred(info.context.loaders.child, self.row["child_id"], Child.of)

    @strawberry.field
    def parent(self, info: Info) -> Parent | None:
        return referred(info.context.loaders.parent, self.row["parent_id"], Parent.of)

    @strawberry.field
    def tutor(self, info: Info) -> Tutor | None:
        return referred(info.context.loaders.tutor, self.row["tutor_id"], lambda row: Tutor.of(row, info))

    @strawberry.field
    async def rejection_reason(self, info: Info) -> str | None:
        """Why it was rejected."""
        if self.status is not SessionStatus.REJECTED:
            return None
        row = await info.context.loaders.rejection_of.load(self.row["id"])
        return None if row is None else str(row["reason"])

    @strawberry.field
    async def session_package(self, info: Info) -> SessionPackage | None:
        """The package that pays for it."""
        if self.row["package_id"] is None:
            return None
        row = await info.context.loaders.package.load(self.row["package_id"])
        return None if row is None else SessionPackage.of(row, info)

    @strawberry.field
    def price(self, info: Info) -> ShownMoney | None:
        """What the parent owes for it, once approved. Not for tutors."""
        if info.context.viewer.role is Role.TUTOR or self.row["price_minor"] is None:
            return None
        return show(Money(self.row["price_minor"], self.row["currency"]), info)


@strawberry.federation.type(keys=["id"], description="A parent has fewer than 20 % of their sessions left.")
class LowPackageAlert:
    row: strawberry.Private[Row]
    id: strawberry.ID
    remaining: int
    total_sessions: int
    status: AlertStatus
    raised_at: datetime
    resolved_at: datetime | None
    acknowledged_at: datetime | None
    acknowledged_by: str | None

    @classmethod
    def of(cls, row: Row) -> "LowPackageAlert":
        return cls(
            row=row,
            id=strawberry.ID(str(row["id"])),
            remaining=row["remaining"],
            total_sessions=row["total_sessions"],
            status=AlertStatus.OPEN if row["resolved_at"] is None else AlertStatus.RESOLVED,
            raised_at=row["raised_at"],
            resolved_at=row["resolved_at"],
            acknowledged_at=row["acknowledged_at"],
            acknowledged_by=row["acknowledged_by"],
        )

    @classmethod
    async def resolve_reference(cls, info: Info, id: strawberry.ID, **_: Any) -> "LowPackageAlert | None":  # noqa: A002
        row = await info.context.loaders.alert.load(parse_id(id))
        return None if row is None else cls.of(row)

    @strawberry.field
    def parent(self, info: Info) -> Parent | None:
        return referred(info.context.loaders.parent, self.row["parent_id"], Parent.of)
