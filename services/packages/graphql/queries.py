"""What can be asked of packages."""

from typing import Any
from uuid import UUID

import strawberry

from services.packages.domain.people import PersonKind
from services.packages.graphql.context import Info
from services.packages.graphql.filters import (
    LowPackageAlertFilter,
    LowPackageAlertOrder,
    SessionFilter,
    SessionPackageFilter,
)
from services.packages.graphql.reconciliation import PackagesReconciliation
from services.packages.graphql.types import (
    Child,
    LowPackageAlert,
    PackageOffer,
    Parent,
    Session,
    SessionPackage,
    Tutor,
)
from services.packages.reads import AUDIT_ENTRIES
from services.packages.use_cases.reconcile_packages import reconcile_packages
from shared.graphql.audit import AuditEntry, AuditFilter, audited
from shared.graphql.listed import listed
from shared.graphql.pages import TIME_KEY, Connection

NAME_KEY: type[Any] = tuple[str, UUID]


@strawberry.type
class Query:
    @strawberry.field
    async def parent(self, info: Info, id: strawberry.ID) -> Parent | None:  # noqa: A002
        return await Parent.resolve_reference(info, id)

    @strawberry.field
    async def parents(
        self, info: Info, search: str | None = None, first: int | None = None, after: str | None = None
    ) -> Connection[Parent]:
        """By name. The search looks into names and contact details."""
        listing = info.context.reads.people_listed(PersonKind.PARENT, search)
        return await listed(info.context.reads.statements, listing, first, after, NAME_KEY, Parent.of)

    @strawberry.field
    async def child(self, info: Info, id: strawberry.ID) -> Child | None:  # noqa: A002
        return await Child.resolve_reference(info, id)

    @strawberry.field
    async def tutor(self, info: Info, id: strawberry.ID) -> Tutor | None:  # noqa: A002
        return await Tutor.resolve_reference(info, id)

    @strawberry.field
    async def tutors(
        self, info: Info, search: str | None = None, first: int | None = None, after: str | None = None
    ) -> Connection[Tutor]:
        """By name. The search looks into names and contact details."""
        listing = info.context.reads.people_listed(PersonKind.TUTOR, search)
        return await listed(info.context.reads.statements, listing, first, after, NAME_KEY, Tutor.of)

    @strawberry.field
    async def session(self, info: Info, id: strawberry.ID) -> Session | None:  # noqa: A002
        return await Session.resolve_reference(info, id)

    @strawberry.field
    async def sessions(
        self,
        info: Info,
        filter: SessionFilter | None = None,  # noqa: A002
        search: str | None = None,
        first: int | None = None,
        after: str | None = None,
    ) -> Connection[Session]:
        """The latest first. The search looks for children's, tutors' and parents' names."""
        listing = info.context.reads.sessions_listed(filter.filters(info) if filter else [], search)
        return await listed(info.context.reads.statements, listing, first, after, TIME_KEY, Session.of)

    @strawberry.field
    async def session_package(self, info: Info, id: strawberry.ID) -> SessionPackage | None:  # noqa: A002
        return await SessionPackage.resolve_reference(info, id)

    @strawberry.field
    async def session_packages(
        self,
        info: Info,
        filter: SessionPackageFilter | None = None,  # noqa: A002
        search: str | None = None,
        first: int | None = None,
        after: str | None = None,
    ) -> Connection[SessionPackage]:
        """The latest purchase first. The search looks for parents' and children's names."""
        listing = info.context.reads.packages_listed(filter.filters(info) if filter else [], search)
        return await listed(info.context.reads.statements, listing, first, after, TIME_KEY, SessionPackage.of)

    @strawberry.field
    async def package_offers(self, info: Info, withdrawn: bool = False) -> list[PackageOffer]:
        """The price list, smallest package first; with the offers withdrawn from it, if asked. Not for tutors."""
        return [PackageOffer.of(row) for row in await info.context.reads.offers(withdrawn=withdrawn)]

    @strawberry.field
    async def low_package_alerts(
        self,
        info: Info,
        filter: LowPackageAlertFilter | None = None,  # noqa: A002
        search: str | None = None,
        order: LowPackageAlertOrder = LowPackageAlertOrder.LEAST_LEFT_FIRST,
        first: int | None = None,
        after: str | None = None,
    ) -> Connection[LowPackageAlert]:
        """Who has least left first. The search looks for parents' names and contact details, and children's names."""
        reads = info.context.reads
        listing = reads.alerts_listed(filter.filters() if filter else [], search, order.value)
        return await listed(reads.statements, listing, first, after, order.key, LowPackageAlert.of)

    @strawberry.field
    async def packages_audit(
        self,
        info: Info,
        filter: AuditFilter | None = None,  # noqa: A002
        first: int | None = None,
        after: str | None = None,
    ) -> Connection[AuditEntry]:
        """What coordinators did to packages and sessions, the latest first."""
        return await audited(info.context.reads.statements, filter, first, after, AUDIT_ENTRIES)

    @strawberry.field
    async def packages_reconciliation(self, info: Info) -> PackagesReconciliation:
        """Whether all that was sold is used, left or expired; for coordinators."""
        return PackagesReconciliation.of(await reconcile_packages(info.context.work))
