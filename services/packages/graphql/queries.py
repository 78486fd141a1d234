"""What can be asked of packages."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

import strawberry

from services.packages.domain.people import PersonKind
from services.packages.graphql.context import Info
from services.packages.graphql.filters import LowPackageAlertFilter, SessionFilter, SessionPackageFilter
from services.packages.graphql.types import (
    Child,
    LowPackageAlert,
    PackageOffer,
    Parent,
    Session,
    SessionPackage,
    Tutor,
)
from services.packages.reads import Listing
from shared.database.database import Row
from shared.graphql.pages import Connection, Page, connection

T = TypeVar("T")
ByName = tuple[str, UUID]
ByTime = tuple[datetime, UUID]


async def listed(
    info: Info, listing: Listing, first: int | None, after: str | None, key: type[Any], node: Callable[[Row], T]
) -> Connection[T]:
    page = Page.asked(first, after, key)
    rows = await info.context.reads.page(listing, page.after, page.limit)
    order_key: Callable[[Row], Sequence[Any]] = lambda row: (row[listing.order.column], row["id"])  # noqa: E731
    return connection(page, rows, key=order_key, node=node, count=partial(info.context.reads.count, listing))


@strawberry.type
class Query:
    @strawberry.field
    async def parent(self, info: Info, id: strawberry.ID) -> Parent | None:  # noqa: A002
        return await Parent.resolve_reference(info, id)

    @strawberry.field(description="By name. The search looks into names and contact details.")
    async def parents(
        self, info: Info, search: str | None = None, first: int | None = None, after: str | None = None
    ) -> Connection[Parent]:
        listing = info.context.reads.people_listed(PersonKind.PARENT, search)
        return await listed(info, listing, first, after, ByName, Parent.of)

    @strawberry.field
    async def child(self, info: Info, id: strawberry.ID) -> Child | None:  # noqa: A002
        return await Child.resolve_reference(info, id)

    @strawberry.field
    async def tutor(self, info: Info, id: strawberry.ID) -> Tutor | None:  # noqa: A002
        return await Tutor.resolve_reference(info, id)

    @strawberry.field(description="By name. The search looks into names and contact details.")
    async def tutors(
        self, info: Info, search: str | None = None, first: int | None = None, after: str | None = None
    ) -> Connection[Tutor]:
        listing = info.context.reads.people_listed(PersonKind.TUTOR, search)
        return await listed(info, listing, first, after, ByName, lambda row: Tutor.of(row, info))

    @strawberry.field
    async def session(self, info: Info, id: strawberry.ID) -> Session | None:  # noqa: A002
        return await Session.resolve_reference(info, id)

    @strawberry.field(description="The latest first.")
    async def sessions(
        self, info: Info, filter: SessionFilter | None = None, first: int | None = None, after: str | None = None  # noqa: A002
    ) -> Connection[Session]:
        listing = info.context.reads.sessions_listed(filter.filters(info) if filter else [])
        return await listed(info, listing, first, after, ByTime, Session.of)

    @strawberry.field
    async def session_package(self, info: Info, id: strawberry.ID) -> SessionPackage | None:  # noqa: A002
        return await SessionPackage.resolve_reference(info, id)

    @strawberry.field(description="The latest purchase first. The search looks for parents' and children's names.")
    async def session_packages(
        self,
        info: Info,
        filter: SessionPackageFilter | None = None,  # noqa: A002
        search: str | None = None,
        first: int | None = None,
        after: str | None = None,
    ) -> Connection[SessionPackage]:
        listing = info.context.reads.packages_listed(filter.filters(info) if filter else [], search)
        return await listed(info, listing, first, after, ByTime, lambda row: SessionPackage.of(row, info))

    @strawberry.field(description="The price list, smallest package first.")
    async def package_offers(self, info: Info) -> list[PackageOffer]:
        return [PackageOffer.of(row) for row in await info.context.reads.offers()]

    @strawberry.field(description="The latest first.")
    async def low_package_alerts(
        self,
        info: Info,
        filter: LowPackageAlertFilter | None = None,  # noqa: A002
        first: int | None = None,
        after: str | None = None,
    ) -> Connection[LowPackageAlert]:
        listing = info.context.reads.alerts_listed(filter.filters() if filter else [])
        return await listed(info, listing, first, after, ByTime, LowPackageAlert.of)
