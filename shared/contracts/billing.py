"""What the billing service tells the others."""

from datetime import date, datetime
from typing import ClassVar, Literal
from uuid import UUID

import msgspec

from shared.contracts import Contract
from shared.contracts.packages import Coverage

ChargeKind = Literal["PACKAGE_PURCHASE", "ADDON_SESSION", "OVERAGE_SESSION", "ADJUSTMENT"]

STATEMENTS_PER_PART = 100


class PeriodClosing(Contract, frozen=True, kw_only=True):
    """Billing is about to close this month; packages answers with PeriodSealed."""

    TOPIC: ClassVar[str] = "billing.period_closing.v1"
    month: str


class ChargeLine(msgspec.Struct, frozen=True, kw_only=True):
    """One charge. `quantity * unit_price_minor - reduction_minor == amount_minor`, the amount before the document's
    discount and tax; `discount_minor` and `tax_minor` are the line's shares of those."""

    kind: ChargeKind
    description: str
    session_id: UUID | None
    package_id: UUID | None
    child_name: str | None
    date: date
    quantity: int
    unit_price_minor: int
    reduction_minor: int
    amount_minor: int
    discount_minor: int
    tax_minor: int


class UsageLine(msgspec.Struct, frozen=True, kw_only=True):
    """One approved session. `late_from` is its own month when that had been closed before the approval."""

    session_id: UUID
    starts_at: datetime
    duration_minutes: int
    child_id: UUID
    child_name: str
    tutor_name: str
    coverage: Coverage
    amount_minor: int
    late_from: str | None


class PackageUsage(msgspec.Struct, frozen=True, kw_only=True):
    """A lot as it stood at the month's end."""

    package_id: UUID
    child_name: str | None
    purchased_on: date
    expires_on: date | None
    total_sessions: int
    used_sessions: int


class AmountLine(msgspec.Struct, frozen=True, kw_only=True):
    """A named part of the discount or of the tax."""

    label: str
    amount_minor: int


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """What a closed cycle says about one parent; `ordinal` counts from 1 within the cycle.

    total = subtotal - discount + tax; it may be negative, and then nothing is due.
    """

    statement_id: UUID
    ordinal: int
    parent_id: UUID
    parent_name: str
    parent_email: str | None
    parent_phone: str | None
    children: list[str]
    currency: str
    charges: list[ChargeLine]
    sessions: list[UsageLine]
    packages: list[PackageUsage]
    discounts: list[AmountLine]
    taxes: list[AmountLine]
    subtotal_minor: int
    discount_minor: int
    tax_minor: int
    total_minor: int


class CycleClosed(Contract, frozen=True, kw_only=True):
    """One part of a closed cycle: at most STATEMENTS_PER_PART of its `statement_count` statements."""

    TOPIC: ClassVar[str] = "billing.cycle_closed.v1"
    cycle_id: UUID
    month: str
    closed_at: datetime
    part: int
    parts: int
    statement_count: int
    statements: list[Statement]


class PayoutPaid(Contract, frozen=True, kw_only=True):
    """A tutor's payout was marked paid."""

    TOPIC: ClassVar[str] = "billing.payout_paid.v1"
    payout_id: UUID
    tutor_id: UUID
    month: str
    net_minor: int
    currency: str
    reference: str
    paid_at: datetime
