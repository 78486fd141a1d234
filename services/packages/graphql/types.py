"""The entities of packages. A row is read by a loader; what a viewer may not see is null."""

from datetime import date, datetime
from enum import StrEnum
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
from shared.database.row import Row
from shared.graphql.columns import OnRow, column
from shared.graphql.entities import Entity
from shared.graphql.loading import loaded, referred
from shared.graphql.money import ShownMoney, show
from shared.graphql.pages import Connection, Page, page_of
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


@strawberry.federation.type(keys=["id"], description="The payer: has children, buys packages.")
class Parent(Entity, loader="parent"):
    id: strawberry.ID = column(str)
    name: str = column()
    email: str | None = column()
    phone: str | None = column()
    external_ref: str | None = column()

    @loaded("children_of")
    def children(self, _: Info, rows: list[Row]) -> list["Child"]:
        return [Child.of(row) for row in rows]

    @strawberry.field
    async def session_packages(
        self, info: Info, first: int | None = None, after: str | None = None
    ) -> Connection["SessionPackage"]:
        """Every package ever bought, the latest first."""
        page = Page.asked(first, after, tuple[UUID])
        rows = await info.context.loaders.packages_of.load(self.row["id"])
        return page_of(page, rows, key=lambda row: [row["id"]], node=SessionPackage.of)

    @loaded("packages_of")
    def remaining(self, info: Info, rows: list[Row]) -> int:
        """Sessions left in the active packages together; without one, in the one used last."""
        return _standing(info, rows).remaining

    @loaded("packages_of")
    def total_sessions(self, info: Info, rows: list[Row]) -> int:
        """The size of the packages that `remaining` counts."""
        return _standing(info, rows).total_sessions

    @loaded("open_alert_of")
    def low_package_alert(self, _: Info, row: Row | None) -> "LowPackageAlert | None":
        """The alert that is open now."""
        return None if row is None else LowPackageAlert.of(row)


def _standing(info: Info, rows: list[Row]) -> Standing:
    return standing_of([lot_of(row) for row in rows], info.context.today) or Standing(0, 0)


@strawberry.federation.type(keys=["id"], description="The student.")
class Child(Entity, loader="child"):
    id: strawberry.ID = column(str)
    name: str = column()
    external_ref: str | None = column()
    parent: Parent | None = referred("parent", "parent_id", Parent)


@strawberry.federation.type(keys=["id"], description="Teaches sessions, is paid for approved ones.")
class Tutor(Entity, loader="tutor"):
    """Families see their tutors' names, not how to reach them at home."""

    id: strawberry.ID = column(str)
    name: str = column()
    external_ref: str | None = column()

    @strawberry.field
    def email(self, info: Info) -> str | None:
        return self._private(info, "email")

    @strawberry.field
    def phone(self, info: Info) -> str | None:
        return self._private(info, "phone")

    def _private(self, info: Info, column_name: str) -> str | None:
        contact: str | None = self.row[column_name]
        return None if info.context.viewer.role is Role.PARENT else contact


@strawberry.type(description="An entry of the price list.")
class PackageOffer(OnRow):
    id: strawberry.ID = column(str)
    name: str = column()
    total_sessions: int = column()
    validity_days: int | None = column()
    withdrawn_at: datetime | None = column()

    @strawberry.field
    def price_per_session(self, info: Info) -> ShownMoney:
        return show(Money(self.row["price_per_session_minor"], self.row["currency"]), info)


@strawberry.type(description="An entry of a package's ledger; `sessions` is signed.")
class Movement(OnRow):
    id: strawberry.ID = column(str)
    kind: MovementKind = column(MovementKind)
    sessions: int = column()
    moved_at: datetime = column()
    moved_by: str = column()
    reason: str | None = column()

    @loaded("session", by="session_id")
    def session(self, _: Info, row: Row | None) -> "Session | None":
        return None if row is None else Session.of(row)


@strawberry.federation.type(keys=["id"], description="A prepaid lot of sessions that a parent bought.")
class SessionPackage(Entity, loader="package"):
    id: strawberry.ID = column(str)
    total_sessions: int = column()
    used_sessions: int = column()
    expired_sessions: int = column()
    goodwill: bool = column(bool)
    purchased_at: datetime = column()
    expires_on: date | None = column(description="The last valid day.")
    month: Month = column(Month.parse, description="The billing month that charges it.")
    parent: Parent | None = referred("parent", "parent_id", Parent)
    child: Child | None = referred("child", "child_id", Child)
    """The only child who may use it; null for the whole family."""

    def _remaining(self) -> int:
        return self.lot.remaining

    remaining: int = strawberry.field(resolver=_remaining, description="total - used, less what has expired.")

    @strawberry.field
    def status(self, info: Info) -> PackageStatus:
        return self.lot.status(info.context.today)

    @property
    def lot(self) -> Lot:
        return lot_of(self.row)

    @strawberry.field
    async def movements(self, info: Info, first: int | None = None, after: str | None = None) -> Connection[Movement]:
        """The ledger, from the purchase on."""
        page = Page.asked(first, after, tuple[UUID])
        rows = await info.context.loaders.movements_of.load(self.row["id"])
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
class Session(Entity, loader="session"):
    id: strawberry.ID = column(str)
    starts_at: datetime = column()
    duration_minutes: int = column()
    status: SessionStatus = column(SessionStatus)
    billed_as_addon: bool = column(bool)
    coverage: CoverageKind | None = column(CoverageKind, description="How it is paid for, once approved.")
    billing_month: Month | None = column(
        Month.parse, name="month", description="The month whose cycle bills it, once approved."
    )
    approved_at: datetime | None = column()
    reversed_at: datetime | None = column()
    reversal_reason: str | None = column()
    external_ref: str | None = column()
    child: Child | None = referred("child", "child_id", Child)
    parent: Parent | None = referred("parent", "parent_id", Parent)
    tutor: Tutor | None = referred("tutor", "tutor_id", Tutor)
    session_package: SessionPackage | None = referred("package", "package_id", SessionPackage)
    """The package that pays for it."""

    @loaded("rejection_of", by=lambda session: session.row["id"] if session.status is SessionStatus.REJECTED else None)
    def rejection_reason(self, _: Info, row: Row | None) -> str | None:
        """Why it was rejected."""
        return None if row is None else str(row["reason"])

    @strawberry.field
    def price(self, info: Info) -> ShownMoney | None:
        """What the parent owes for it, once approved. Not for tutors."""
        if info.context.viewer.role is Role.TUTOR or self.row["price_minor"] is None:
            return None
        return show(Money(self.row["price_minor"], self.row["currency"]), info)


@strawberry.federation.type(keys=["id"], description="A parent has fewer than 20 % of their sessions left.")
class LowPackageAlert(Entity, loader="alert"):
    id: strawberry.ID = column(str)
    remaining: int = column()
    total_sessions: int = column()
    raised_at: datetime = column()
    resolved_at: datetime | None = column()
    acknowledged_at: datetime | None = column()
    acknowledged_by: str | None = column()
    parent: Parent | None = referred("parent", "parent_id", Parent)

    @strawberry.field
    def status(self) -> AlertStatus:
        return AlertStatus.OPEN if self.resolved_at is None else AlertStatus.RESOLVED
