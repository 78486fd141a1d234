"""What an invoice says, as values: nothing here knows how a page looks."""

from dataclasses import dataclass
from datetime import date, datetime

from services.invoicing.domain.payments import PaymentStatus
from shared.contracts.billing import ChargeKind
from shared.contracts.packages import Coverage
from shared.money import Money
from shared.period import Month


@dataclass(frozen=True, slots=True)
class Logo:
    """A PNG or JPEG; it is drawn at most 44 px high."""

    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Organisation:
    """The letterhead."""

    name: str
    address: tuple[str, ...]
    tax_number: str | None
    logo: Logo | None = None


@dataclass(frozen=True, slots=True)
class BilledParent:
    name: str
    email: str | None
    phone: str | None
    children: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Charge:
    """`quantity × unit_price − reduction = amount`."""

    kind: ChargeKind
    description: str
    child: str | None
    day: date
    quantity: int
    unit_price: Money
    reduction: Money
    amount: Money


@dataclass(frozen=True, slots=True)
class TaughtSession:
    """`starts_at` is in the organisation's time zone; `late_from` is the closed month that the session belongs to."""

    starts_at: datetime
    duration_minutes: int
    tutor: str
    coverage: Coverage
    amount: Money
    late_from: Month | None


@dataclass(frozen=True, slots=True)
class ChildSessions:
    child: str
    sessions: tuple[TaughtSession, ...]


@dataclass(frozen=True, slots=True)
class PackageBar:
    """A lot as it stood at the month's end. `child` is None for a lot that the whole family uses."""

    child: str | None
    purchased_on: date
    expires_on: date | None
    used: int
    total: int


@dataclass(frozen=True, slots=True)
class NamedAmount:
    label: str
    amount: Money


@dataclass(frozen=True, slots=True)
class Totals:
    subtotal: Money
    discounts: tuple[NamedAmount, ...]
    taxes: tuple[NamedAmount, ...]
    total: Money


@dataclass(frozen=True, slots=True)
class PaymentState:
    status: PaymentStatus
    paid: Money
    due: Money


@dataclass(frozen=True, slots=True)
class InvoiceDocument:
    organisation: Organisation
    number: str
    issued_on: date
    month: Month
    parent: BilledParent
    charges: tuple[Charge, ...]
    totals: Totals
    payment: PaymentState
    sessions: tuple[ChildSessions, ...]
    packages: tuple[PackageBar, ...]
