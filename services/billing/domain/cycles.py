"""A cycle's life: it opens, takes in everything of its month, and closes for good."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from services.billing.domain.errors import CycleBlocked, EarlierCycleOpen, MonthClosed, PeriodNotEnded
from shared.period import Month, local_date

MONTHS_AHEAD = 12


class CycleStatus(StrEnum):
    """A cycle goes through these in this order and never back."""

    OPEN = "OPEN"
    CLOSING = "CLOSING"
    CLOSED = "CLOSED"


@dataclass(frozen=True, slots=True)
class Cycle:
    """One month of billing. `closing_by` asked for the close."""

    cycle_id: UUID
    month: Month
    status: CycleStatus
    closing_by: str | None


@dataclass(frozen=True, slots=True)
class Blocker:
    """A tutor without a rate, and how many of the month's sessions have therefore no pay."""

    tutor_id: UUID
    tutor_name: str
    sessions: int


def require_ended(month: Month, zone: ZoneInfo, now: datetime, *, early: bool) -> None:
    """Raises PeriodNotEnded while the month still runs in that zone, unless closing it early is asked for.

    A month too far ahead cannot be closed even so: a year mistyped would leave all months before it behind for good.
    """
    ends_at = month.ends_at(zone)
    if now < ends_at and not early:
        raise PeriodNotEnded(f"{month} is not over before {ends_at.astimezone(zone):%Y-%m-%d %H:%M}", month=str(month))
    if month > Month.of(local_date(now, zone)).plus(MONTHS_AHEAD):
        raise PeriodNotEnded(f"{month} is more than {MONTHS_AHEAD} months ahead", month=str(month))


def require_in_order(month: Month, open_before: Month | None) -> None:
    """Raises EarlierCycleOpen, which names the first month to close."""
    if open_before is not None:
        raise EarlierCycleOpen(f"{open_before} must be closed before {month}", month=str(open_before))


def require_not_passed(month: Month, last_closed: Month | None) -> None:
    """Raises MonthClosed for a month that is closed, or that was passed over when a later one was."""
    if last_closed is None or month > last_closed:
        return
    also = "" if month == last_closed else f", and {month} with it"
    raise MonthClosed(f"{last_closed} is closed{also}", month=str(month))


def require_unblocked(month: Month, blockers: list[Blocker]) -> None:
    """Raises CycleBlocked, which names every blocker."""
    if not blockers:
        return
    listed = ", ".join(f"{each.tutor_name} ({each.sessions})" for each in blockers)
    raise CycleBlocked(
        f"{month} cannot be closed: tutors without a rate, with their sessions: {listed}",
        month=str(month),
        blockers=[
            {"tutorId": str(each.tutor_id), "tutorName": each.tutor_name, "sessions": each.sessions}
            for each in blockers
        ],
    )
