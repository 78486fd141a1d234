"""What lists can be narrowed by, as conditions of reads.py."""

from datetime import datetime
from enum import Enum
from typing import Annotated, Any
from uuid import UUID

import strawberry
from msgspec import Meta

from services.packages.domain.coverage import CoverageKind
from services.packages.domain.lots import PackageStatus
from services.packages.domain.sessions import SessionStatus
from services.packages.graphql.context import Info
from services.packages.graphql.types import AlertStatus
from services.packages.reads import BY_LEFT, BY_RAISING, has_status
from shared.database.listing import Filter
from shared.graphql.pages import TIME_KEY
from shared.ids import parse_id
from shared.period import Month

LEFT_KEY: type[Any] = tuple[Annotated[int, Meta(ge=0, lt=2**31)], datetime, UUID]


@strawberry.input
class SessionFilter:
    """`month` is the month of the start in the organisation's time zone; `from` and `to` are instants."""

    status: SessionStatus | None = None
    coverage: CoverageKind | None = None
    billed_as_addon: bool | None = None
    parent_id: strawberry.ID | None = None
    child_id: strawberry.ID | None = None
    tutor_id: strawberry.ID | None = None
    month: Month | None = None
    starts_from: datetime | None = None
    starts_before: datetime | None = None
    session_package_id: strawberry.ID | None = None
    external_ref: str | None = None

    def filters(self, info: Info) -> list[Filter]:
        starts_from, starts_before = self.starts_from, self.starts_before
        filters = [
            *_equal("s.status", self.status),
            *_equal("c.kind", self.coverage),
            *_equal("s.billed_as_addon", self.billed_as_addon),
            *_same_id("s.parent_id", self.parent_id, "parentId"),
            *_same_id("s.child_id", self.child_id, "childId"),
            *_same_id("s.tutor_id", self.tutor_id, "tutorId"),
            *_compared("s.starts_at >= {}", starts_from),
            *_compared("s.starts_at < {}", starts_before),
            *_same_id("c.package_id", self.session_package_id, "sessionPackageId"),
            *_equal("s.external_ref", self.external_ref),
        ]
        if info.context.reads.hides_families and (self.parent_id or self.session_package_id):
            filters.append(("false", ()))
        if self.month is not None:
            zone = info.context.work.organisation.zone
            filters += _compared("s.starts_at >= {}", self.month.starts_at(zone))
            filters += _compared("s.starts_at < {}", self.month.ends_at(zone))
        return filters


@strawberry.input
class SessionPackageFilter:
    status: PackageStatus | None = None
    goodwill: bool | None = None
    parent_id: strawberry.ID | None = None
    child_id: strawberry.ID | None = None

    def filters(self, info: Info) -> list[Filter]:
        return [
            *([] if self.status is None else [has_status(self.status, info.context.today)]),
            *_equal("l.goodwill", self.goodwill),
            *_same_id("l.parent_id", self.parent_id, "parentId"),
            *_same_id("l.child_id", self.child_id, "childId"),
        ]


@strawberry.enum(description="Where it is equal, the alert that was raised first comes first, or last likewise.")
class LowPackageAlertOrder(Enum):
    LEAST_LEFT_FIRST = BY_LEFT
    LATEST_FIRST = BY_RAISING

    @property
    def key(self) -> type[Any]:
        """Of its order's key."""
        return LEFT_KEY if self is LowPackageAlertOrder.LEAST_LEFT_FIRST else TIME_KEY


@strawberry.input
class LowPackageAlertFilter:
    status: AlertStatus | None = None
    acknowledged: bool | None = None
    parent_id: strawberry.ID | None = None
    remaining_at_most: int | None = None
    raised_from: datetime | None = None
    raised_before: datetime | None = None

    def filters(self) -> list[Filter]:
        filters = [
            *_same_id("a.parent_id", self.parent_id, "parentId"),
            *_compared("a.remaining <= {}", self.remaining_at_most),
            *_compared("a.raised_at >= {}", self.raised_from),
            *_compared("a.raised_at < {}", self.raised_before),
        ]
        if self.status is not None:
            is_open = self.status is AlertStatus.OPEN
            filters.append((f"a.resolved_at IS {'NULL' if is_open else 'NOT NULL'}", ()))
        if self.acknowledged is not None:
            filters.append((f"a.acknowledged_at IS {'NOT NULL' if self.acknowledged else 'NULL'}", ()))
        return filters


def _equal(column: str, value: object) -> list[Filter]:
    return _compared(f"{column} = {{}}", value)


def _same_id(column: str, value: strawberry.ID | None, what: str) -> list[Filter]:
    return _equal(column, None if value is None else parse_id(value, what))


def _compared(condition: str, value: object) -> list[Filter]:
    return [] if value is None else [(condition, (value,))]
