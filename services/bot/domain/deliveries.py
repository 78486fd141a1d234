"""What becomes of a notification after an attempt to deliver it.

PENDING ── delivered ──▶ SENT
   │ ◀──── try again ──┐ │
   ├── unreachable ────┘
   ├── the person blocked the bot ──▶ BLOCKED
   └── refused, or unreachable too often ──▶ FAILED
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

ATTEMPTS = 12
LONGEST_WAIT_SECONDS = 300


class DeliveryState(StrEnum):
    PENDING = "PENDING"
    SENT = "SENT"
    BLOCKED = "BLOCKED"
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True)
class Delivered:
    """Telegram took the message."""


@dataclass(frozen=True, slots=True)
class SlowDown:
    """Telegram wants to be left alone until then; this says nothing about the message itself."""

    wait: timedelta


@dataclass(frozen=True, slots=True)
class Unreachable:
    """Telegram did not answer, or answered that it is ill."""

    reason: str


@dataclass(frozen=True, slots=True)
class Blocked:
    """The person does not want to hear from the bot."""


@dataclass(frozen=True, slots=True)
class Refused:
    """Telegram will never take this message."""

    reason: str


Outcome = Delivered | SlowDown | Unreachable | Blocked | Refused


@dataclass(frozen=True, slots=True)
class Delivery:
    """The state of one notification after `attempts` attempts; while PENDING it is due at `due_at`."""

    state: DeliveryState
    attempts: int
    due_at: datetime
    reason: str | None = None


def settle(attempts: int, outcome: Outcome, now: datetime) -> Delivery:
    """The state after one more attempt, `attempts` having gone before."""
    match outcome:
        case Delivered():
            return Delivery(DeliveryState.SENT, attempts + 1, now)
        case Blocked():
            return Delivery(DeliveryState.BLOCKED, attempts + 1, now)
        case Refused(reason):
            return Delivery(DeliveryState.FAILED, attempts + 1, now, reason)
        case SlowDown(wait):
            return Delivery(DeliveryState.PENDING, attempts, now + wait)
        case Unreachable(reason):
            state = DeliveryState.PENDING if attempts + 1 < ATTEMPTS else DeliveryState.FAILED
            return Delivery(state, attempts + 1, now + _wait_after(attempts), reason)


def _wait_after(attempts: int) -> timedelta:
    """1 s, 2 s, 4 s … and never more than five minutes."""
    return timedelta(seconds=min(1 << attempts, LONGEST_WAIT_SECONDS))
