"""What the people of the demo do, as values: who is meant goes by key, what it costs by minor units.

`key` names an action for ever: it is the idempotency key or the external reference that makes replaying harmless,
and the name by which later actions mean what this one made.
"""

from dataclasses import dataclass
from datetime import date, datetime

from shared.period import Month


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    key: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Person(Action):
    name: str
    email: str
    phone: str


class CreateTutor(Person):
    __slots__ = ()


class CreateParent(Person):
    __slots__ = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateChild(Action):
    parent: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetTutorRate(Action):
    tutor: str
    rate_minor: int
    addon_rate_minor: int | None
    valid_from: date


@dataclass(frozen=True, slots=True, kw_only=True)
class AddDiscountRule(Action):
    parent: str
    basis_points: int
    valid_from: date
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CreatePackageOffer(Action):
    total_sessions: int
    price_per_session_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CreatePackage(Action):
    """From an offer of that size, or at its own price."""

    parent: str
    child: str | None = None
    offer: str | None = None
    total_sessions: int
    price_per_session_minor: int | None = None
    discount_basis_points: int = 0
    expires_on: date | None = None
    goodwill: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtendPackage(Action):
    package: str
    expires_on: date
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LogSession(Action):
    child: str
    tutor: str
    starts_at: datetime
    duration_minutes: int
    billed_as_addon: bool = False
    addon_price_minor: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ApproveSessions(Action):
    sessions: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectSession(Action):
    session: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReverseSession(Action):
    session: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AddPayoutDeduction(Action):
    tutor: str
    month: Month
    amount_minor: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunMonthlyCycle(Action):
    month: Month


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessPayouts(Action):
    """Every payout of the month becomes PROCESSED."""

    month: Month


@dataclass(frozen=True, slots=True, kw_only=True)
class PayPayouts(Action):
    """The month's payouts of these tutors become PAID."""

    month: Month
    tutors: tuple[str, ...]
    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordPayment(Action):
    """The parent's oldest unpaid invoices are filled; what is left over is credit."""

    parent: str
    amount_minor: int
    method: str
    reference: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class VoidInvoice(Action):
    """The parent's invoice of the month becomes VOID."""

    parent: str
    month: Month
    reason: str
