"""The broker port. Every adapter promises the same (tests/conformance/test_broker.py holds each to it):

- `publish` returns when every queue bound to the events' topics has them for good: a crash after it loses nothing.
- Each queue gets each event at least once, in no promised order.
- A delivery that fails is made again, after a pause; whatever a batch has in common with a failing event is delivered.
- An event whose delivery fails DELIVERY_LIMIT times is put aside as a dead letter of that queue; the others go on.
- A subscriber that cannot take even an empty batch is out of order: its events wait until it can.
- Dead letters can be read, and replayed to the queue that could not take them.
- An event whose topic no queue is bound to holds up nothing.
"""

from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import datetime
from typing import Protocol

import msgspec

from shared.messaging.envelope import Event

DELIVERY_LIMIT = 5

Deliver = Callable[[Sequence[Event]], Awaitable[None]]


class DeadLetter(msgspec.Struct, frozen=True):
    """An event that a queue could not take, and why."""

    queue: str
    event: Event
    reason: str
    died_at: datetime


class Broker(Protocol):
    async def publish(self, events: Sequence[Event]) -> None:
        """Raises when any of the events may not have reached all its queues; publishing again is safe."""

    async def subscribe(self, queue: str, topics: Collection[str], deliver: Deliver) -> None:
        """Binds a queue to topics; `deliver` commits before it returns, or raises and gets the events again."""

    async def stop(self) -> None:
        """Ends all deliveries: what has begun is finished, the rest waits for the next subscriber."""

    async def dead_letters(self, queue: str) -> list[DeadLetter]:
        """The dead letters of a queue, oldest first."""

    async def replay(self, letters: Collection[DeadLetter]) -> None:
        """Puts the letters' events back into their queues. One that fails again is a dead letter again."""

    async def check(self) -> None:
        """Raises when the broker is out of reach."""
