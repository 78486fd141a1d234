"""A session's life, as a table. What is not in the table is refused."""

from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum

from services.packages.domain.errors import SessionNotApprovable, SessionNotRejectable, SessionNotReversible
from shared.errors import InvalidInput, Refusal

LONGEST_DURATION_MINUTES = 24 * 60
EARLIEST_START = datetime(2000, 1, 1, tzinfo=UTC)
LATEST_START = datetime(2100, 1, 1, tzinfo=UTC)


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
