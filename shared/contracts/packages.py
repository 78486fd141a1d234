"""What the packages service tells the others."""

from datetime import date, datetime
from typing import ClassVar, Literal
from uuid import UUID

import msgspec

from shared.contracts import Contract

Coverage = Literal["PACKAGE", "ADDON", "OVERAGE"]
PersonKind = Literal["PARENT", "CHILD", "TUTOR"]


class SessionApproved(Contract, frozen=True, kw_only=True):
    """A session was approved and its coverage decided, once and for all.

    `month` is the cycle that bills it: the month of `session_date` or, when that was sealed already, the first
    one still open. `price_minor` is what the parent owes for it: zero when a package covers it.
    """

    TOPIC: ClassVar[str] = "packages.session_approved.v1"
    session_id: UUID
    parent_id: UUID
    child_id: UUID
    tutor_id: UUID
    starts_at: datetime
    session_date: date
    duration_minutes: int
    coverage: Coverage
    package_id: UUID | None
    price_minor: int
    currency: str
    month: str
    approved_at: datetime


class SessionReversed(Contract, frozen=True, kw_only=True):
    """An approval was taken back. `month` is the cycle that answers for it, never one already sealed."""

    TOPIC: ClassVar[str] = "packages.session_reversed.v1"
    session_id: UUID
    parent_id: UUID
    child_id: UUID
    tutor_id: UUID
    package_id: UUID | None
    reason: str
    month: str
    reversed_at: datetime


class PackagePurchased(Contract, frozen=True, kw_only=True):
    """A lot was sold. It costs `total_sessions * price_per_session_minor - discount_minor`; a goodwill lot nothing."""

    TOPIC: ClassVar[str] = "packages.package_purchased.v1"
    package_id: UUID
    parent_id: UUID
    child_id: UUID | None
    total_sessions: int
    price_per_session_minor: int
    discount_minor: int
    currency: str
    goodwill: bool
    purchased_at: datetime
    purchased_on: date
    expires_on: date | None
    month: str


class PackageRenewed(Contract, frozen=True, kw_only=True):
    """A lot has another last valid day; None: it never expires. Of two about one lot, the later `renewed_at` holds."""

    TOPIC: ClassVar[str] = "packages.package_renewed.v1"
    package_id: UUID
    parent_id: UUID
    expires_on: date | None
    renewed_at: datetime


class PeriodSealed(Contract, frozen=True, kw_only=True):
    """No approval, reversal or purchase will be added to this month any more; these are all there are.

    `sum_minor` adds up the prices of the month's approvals and the costs of its purchases. `earlier` are the months
    before it that have entries and were sealed along with it, because nobody had asked for them.
    """

    TOPIC: ClassVar[str] = "packages.period_sealed.v1"
    month: str
    approvals: int
    reversals: int
    purchases: int
    sum_minor: int
    sealed_at: datetime
    earlier: list[str] = msgspec.field(default_factory=list)


class PersonChanged(Contract, frozen=True, kw_only=True):
    """A person is new or changed. Of two events about one person, the higher `version` is the newer."""

    TOPIC: ClassVar[str] = "packages.person_changed.v1"
    person_id: UUID
    kind: PersonKind
    parent_id: UUID | None
    name: str
    email: str | None
    phone: str | None
    version: int


class LowPackageRaised(Contract, frozen=True, kw_only=True):
    """A parent fell below the line."""

    TOPIC: ClassVar[str] = "packages.low_package_raised.v1"
    alert_id: UUID
    parent_id: UUID
    parent_name: str
    remaining: int
    total_sessions: int
    raised_at: datetime


class LowPackageResolved(Contract, frozen=True, kw_only=True):
    """A parent is at or above the line again."""

    TOPIC: ClassVar[str] = "packages.low_package_resolved.v1"
    alert_id: UUID
    parent_id: UUID
    parent_name: str
    remaining: int
    total_sessions: int
    resolved_at: datetime
