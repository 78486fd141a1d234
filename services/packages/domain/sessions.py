"""A session's life, as a table. What is not in the table is refused."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from services.packages.domain.errors import SessionNotApprovable, SessionNotRejectable, SessionNotReversible
from shared.errors import InvalidInput, Refusal

LONGEST_DURATION_MINUTES = 24 * 60
EARLIEST_START = datetime(2000, 1, 1, tzinfo=UTC)
LATEST_START = datetime(2100, 1, 1, tzinfo=UTC)

_START = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)?", re.ASCII)


class SessionStatus(StrEnum):
    LOGGED = "LOGGED"
    APPROVED = "APPROVED"
    REJECTED = "REJECTED"
    REVERSED = "REVERSED"


class SessionAction(StrEnum):
    APPROVE = "approved"
    REJECT = "rejected"
    REVERSE = "reversed"


TRANSITIONS: Mapping[tuple[SessionStatus, SessionAction], SessionStatus] = {
    (SessionStatus.LOGGED, SessionAction.APPROVE): SessionStatus.APPROVED,
    (SessionStatus.LOGGED, SessionAction.REJECT): SessionStatus.REJECTED,
    (SessionStatus.APPROVED, SessionAction.REVERSE): SessionStatus.REVERSED,
}

REFUSALS: Mapping[SessionAction, type[Refusal]] = {
    SessionAction.APPROVE: SessionNotApprovable,
    SessionAction.REJECT: SessionNotRejectable,
    SessionAction.REVERSE: SessionNotReversible,
}


def status_after(status: SessionStatus, action: SessionAction) -> SessionStatus:
    """Raises the action's own refusal when the session's status does not allow it."""
    after = TRANSITIONS.get((status, action))
    if after is None:
        raise REFUSALS[action](f"a session that is {status} cannot be {action}", status=status)
    return after


def check_duration(minutes: int) -> int:
    if not 1 <= minutes <= LONGEST_DURATION_MINUTES:
        raise InvalidInput(f"a session lasts 1 to {LONGEST_DURATION_MINUTES} minutes, not {minutes}")
    return minutes


def check_start(starts_at: datetime) -> datetime:
    """The instant in UTC. Raises InvalidInput when it names no instant, or one that is a typing error."""
    if starts_at.tzinfo is None:
        raise InvalidInput("a start needs its offset from UTC")
    if not EARLIEST_START <= starts_at < LATEST_START:
        raise InvalidInput(f"a session starts between {EARLIEST_START.year} and {LATEST_START.year}")
    return starts_at.astimezone(UTC)


def read_start(text: str, zone: ZoneInfo) -> datetime:
    """Reads "2026-10-02T17:00:00+05:30", or "2026-10-02 17:00" by the organisation's clock in `zone`.

    Raises InvalidInput for another form, a day that no calendar has, and an hour that the clock skips or has twice.
    """
    if not _START.fullmatch(text):
        raise InvalidInput(
            f'a start is written like "2026-10-02 17:00" or "2026-10-02T17:00:00+05:30", not {text[:64]!r}'
        )
    try:
        start = datetime.fromisoformat(text)
    except ValueError as error:
        raise InvalidInput(f"no such start as {text}: {error}") from None
    return start if start.tzinfo else _on_the_clock(start, zone)


def _on_the_clock(wall: datetime, zone: ZoneInfo) -> datetime:
    earlier, later = (wall.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    if earlier.utcoffset() == later.utcoffset():
        return earlier
    there = earlier.astimezone(UTC).astimezone(zone).replace(tzinfo=None) == wall
    fault = "comes twice" if there else "is skipped"
    raise InvalidInput(f"{wall} {fault} on the clock of {zone.key} that day: give the offset from UTC")
