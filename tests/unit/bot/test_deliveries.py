"""What becomes of a delivery after each outcome."""

from datetime import UTC, datetime, timedelta

import pytest

from services.bot.domain.deliveries import (
    BLOCKED_REASON,
    Blocked,
    Delivered,
    DeliveryState,
    Outcome,
    Refused,
    Settlement,
    SlowDown,
    Unreachable,
    Withheld,
    settle,
)

NOW = datetime(2026, 10, 15, tzinfo=UTC)
OVERDUE_AT = NOW + timedelta(hours=1)


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        (Delivered(), Settlement(DeliveryState.SENT, 4, NOW)),
        (Blocked(), Settlement(DeliveryState.BLOCKED, 4, NOW, BLOCKED_REASON)),
        (Refused("too long"), Settlement(DeliveryState.FAILED, 4, NOW, "too long")),
        (SlowDown(timedelta(seconds=30)), Settlement(DeliveryState.PENDING, 3, NOW + timedelta(seconds=30))),
        (Unreachable("500"), Settlement(DeliveryState.PENDING, 4, NOW + timedelta(seconds=8), "500")),
        (Withheld(), Settlement(DeliveryState.PENDING, 3, NOW)),
    ],
)
def test_each_outcome_has_its_state(outcome: Outcome, expected: Settlement) -> None:
    assert settle(3, outcome, NOW, OVERDUE_AT) == expected


def test_an_unreachable_telegram_is_tried_ever_more_rarely() -> None:
    tried = [settle(attempts, Unreachable("500"), NOW, OVERDUE_AT) for attempts in [*range(12), 10_000]]
    waits = [(settlement.due_at - NOW).total_seconds() for settlement in tried]
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300, 300]


@pytest.mark.parametrize(
    ("seconds_left", "state"), [(9, DeliveryState.PENDING), (8, DeliveryState.FAILED), (-1, DeliveryState.FAILED)]
)
def test_no_attempt_is_planned_for_when_it_is_overdue(seconds_left: int, state: DeliveryState) -> None:
    after = settle(3, Unreachable("502"), NOW, NOW + timedelta(seconds=seconds_left))
    assert (after.state, after.reason) == (state, "502")
