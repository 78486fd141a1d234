"""A session's life, as a table. What is not in the table is refused."""

from collections.abc import Mapping
from enum import StrEnum

from services.packages.domain.errors import SessionNotApprovable, SessionNotRejectable, SessionNotReversible
from shared.errors import Refusal


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
