from datetime import UTC, datetime, timedelta, timezone
from itertools import product

import pytest

from services.packages.domain.errors import SessionNotApprovable, SessionNotRejectable, SessionNotReversible
from services.packages.domain.sessions import TRANSITIONS, SessionAction, SessionStatus, check_start, status_after
from shared.errors import InvalidInput, Refusal


def test_a_session_is_approved_and_taken_back_or_rejected() -> None:
    assert status_after(SessionStatus.LOGGED, SessionAction.APPROVE) is SessionStatus.APPROVED
    assert status_after(SessionStatus.APPROVED, SessionAction.REVERSE) is SessionStatus.REVERSED
    assert status_after(SessionStatus.LOGGED, SessionAction.REJECT) is SessionStatus.REJECTED


@pytest.mark.parametrize(
    ("action", "refusal"),
    [
        (SessionAction.APPROVE, SessionNotApprovable),
        (SessionAction.REJECT, SessionNotRejectable),
        (SessionAction.REVERSE, SessionNotReversible),
    ],
)
def test_everything_else_is_refused_by_name(action: SessionAction, refusal: type[Refusal]) -> None:
    for status in SessionStatus:
        if (status, action) not in TRANSITIONS:
            with pytest.raises(refusal) as caught:
                status_after(status, action)
            assert caught.value.details == {"status": status}


def test_rejected_and_reversed_are_final() -> None:
    final = (SessionStatus.REJECTED, SessionStatus.REVERSED)
    assert not TRANSITIONS.keys() & set(product(final, SessionAction))


def test_a_start_is_an_instant_that_makes_sense() -> None:
    noon = datetime(2026, 10, 15, 12, tzinfo=timezone(timedelta(hours=5, minutes=30)))
    assert check_start(noon) == datetime(2026, 10, 15, 6, 30, tzinfo=UTC)
    assert check_start(noon).tzinfo is UTC
    for wrong in (noon.replace(tzinfo=None), noon.replace(year=1926), noon.replace(year=2126)):
        with pytest.raises(InvalidInput):
            check_start(wrong)
