"""What becomes of a notification after each outcome."""

from datetime import UTC, datetime, timedelta

import pytest

from services.bot.domain.deliveries import (
    ATTEMPTS,
    Blocked,
    Delivered,
    Delivery,
    DeliveryState,
    Outcome,
    Refused,
    SlowDown,
    Unreachable,
    settle,
)

NOW = datetime(2026, 10, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        (Delivered(), Delivery(DeliveryState.SENT, 4, NOW)),
        (Blocked(), Delivery(DeliveryState.BLOCKED, 4, NOW)),
        (Refused("too long"), Delivery(DeliveryState.FAILED, 4, NOW, "too long")),
        (SlowDown(timedelta(seconds=30)), Delivery(DeliveryState.PENDING, 3, NOW + timedelta(seconds=30))),
        (Unreachable("500"), Delivery(DeliveryState.PENDING, 4, NOW + timedelta(seconds=8), "500")),
    ],
)
def test_each_outcome_has_its_state(outcome: Outcome, expected: Delivery) -> None:
    assert settle(3, outcome, NOW) == expected


def test_an_unreachable_telegram_is_tried_ever_more_rarely_and_not_for_ever() -> None:
    tried = [settle(attempts, Unreachable("500"), NOW) for attempts in range(ATTEMPTS)]
    waits = [(delivery.due_at - NOW).total_seconds() for delivery in tried]
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300]
    assert [delivery.state for delivery in tried] == [DeliveryState.PENDING] * 11 + [DeliveryState.FAILED]
