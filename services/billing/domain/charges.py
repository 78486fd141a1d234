"""What a parent owes, line by line, before any discount or tax."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from shared.contracts.billing import ChargeKind
from shared.period import Month

KIND_ORDER: dict[ChargeKind, int] = {"PACKAGE_PURCHASE": 0, "ADDON_SESSION": 1, "OVERAGE_SESSION": 2, "ADJUSTMENT": 3}
"""The order in which a statement lists its charges."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """One thing owed. Only an adjustment may be negative.

    `session_id` or `package_id` names what is charged or, in an adjustment, taken back; `adjustment_id` names the
    pending adjustment that the line settles.
    """

    kind: ChargeKind
    description: str
    day: date
    quantity: int = 1
    unit_price_minor: int
    reduction_minor: int = 0
    session_id: UUID | None = None
    package_id: UUID | None = None
    child_id: UUID | None = None
    adjustment_id: UUID | None = None

    @property
    def amount_minor(self) -> int:
        return self.quantity * self.unit_price_minor - self.reduction_minor

    @property
    def is_adjustment(self) -> bool:
        return self.kind == "ADJUSTMENT"

    def place(self) -> tuple[int, date, str]:
        """Sorts charges into the statement's order, always the same for the same charges."""
        return KIND_ORDER[self.kind], self.day, str(self.session_id or self.package_id or self.adjustment_id)


def late_from(session_day: date, billed_in: Month) -> str | None:
    """The session's own month when an earlier one than the month that bills it."""
    if (session_day.year, session_day.month) >= (billed_in.year, billed_in.number):
        return None
    return str(Month.of(session_day))


def purchase_description(total_sessions: int) -> str:
    return f"Package of {total_sessions} session{'' if total_sessions == 1 else 's'}"


def session_description(kind: ChargeKind, late: str | None) -> str:
    name = "Add-on session" if kind == "ADDON_SESSION" else "Session beyond the package"
    return f"{name}, late from {late}" if late else name


def reversal_description(session_day: date) -> str:
    return f"Reversed session of {session_day}"


def carried_description(month: Month) -> str:
    return f"Credit carried forward from {month}"


def voided_description(number: str) -> str:
    return f"Charges of voided invoice {number}"
