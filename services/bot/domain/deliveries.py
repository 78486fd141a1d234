"""What becomes of a delivery: one message to one person about one thing.

PENDING ── Telegram took it ─────────────▶ SENT
   │ ◀─── Telegram is out of reach ──┐       ▲
   ├─────────────────────────────────┘       │
   ├── the process died with it on the wire ─┘   with IN_DOUBT as its reason
   ├── the person blocked the bot ───────▶ BLOCKED ── the person writes again, soon enough ──▶ PENDING
   └── refused, unlinked or overdue ─────▶ FAILED
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

LONGEST_WAIT_SECONDS = 300

BLOCKED_REASON = "the person has blocked the bot"
IN_DOUBT = "sent, but the bot ended before Telegram's answer came: whether it arrived is not known"
OVERDUE = "not sent in time"
UNLINKED = "the chat was unlinked before it was sent"


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
    """Telegram did not answer, answered that it is ill, or does not know the bot."""

    reason: str


@dataclass(frozen=True, slots=True)
class Blocked:
    """The person does not want to hear from the bot."""


@dataclass(frozen=True, slots=True)
class Refused:
    """Telegram will never take this message."""

    reason: str


@dataclass(frozen=True, slots=True)
class Withheld:
    """At the last moment it was no longer to be sent; nothing of it has left."""


Outcome = Delivered | SlowDown | Unreachable | Blocked | Refused | Withheld


@dataclass(frozen=True, slots=True)
class Settlement:
    """The state after `attempts` attempts; while PENDING it is due at `due_at`."""

    state: DeliveryState
    attempts: int
    due_at: datetime
    reason: str | None = None


def settle(attempts: int, outcome: Outcome, now: datetime, overdue_at: datetime) -> Settlement:
    """The state after one more attempt, `attempts` having gone before. No attempt is made after `overdue_at`."""
    match outcome:
        case Delivered():
            return Settlement(DeliveryState.SENT, attempts + 1, now)
        case Blocked():
            return Settlement(DeliveryState.BLOCKED, attempts + 1, now, BLOCKED_REASON)
        case Refused(reason):
            return Settlement(DeliveryState.FAILED, attempts + 1, now, reason)
        case SlowDown(wait):
            return Settlement(DeliveryState.PENDING, attempts, now + wait)
        case Unreachable(reason):
            due_at = now + wait_after(attempts)
            state = DeliveryState.PENDING if due_at < overdue_at else DeliveryState.FAILED
            return Settlement(state, attempts + 1, due_at, reason)
        case Withheld():
            return Settlement(DeliveryState.PENDING, attempts, now)


def wait_after(attempts: int) -> timedelta:
    """1 s, 2 s, 4 s … and never more than five minutes."""
    return timedelta(seconds=min(1 << min(attempts, 30), LONGEST_WAIT_SECONDS))
