"""What becomes of a batch: delivered, delivered again, and what fails for good is put aside.

A batch that fails is halved until the events that fail are alone, so that one poisonous event costs nobody else
their delivery, and few deliveries are made to find it. Those that failed are tried again together, after a pause.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import count

import structlog

from shared.messaging.broker import DELIVERY_LIMIT, DeadLetter, Deliver
from shared.messaging.envelope import Event

log = structlog.get_logger()

PutAside = Callable[[Sequence[DeadLetter]], Awaitable[None]]
"""Keeps dead letters for good; the deliveries that led to them are over when it returns."""

FIRST_PAUSE_SECONDS = 0.02
LONGEST_PAUSE_SECONDS = 2.0


async def deliver_all(queue: str, events: Sequence[Event], deliver: Deliver, put_aside: PutAside) -> None:
    """Returns when every event was delivered or put aside."""
    failed: Sequence[Event] = events
    pauses = _pauses()
    for attempt in range(1, DELIVERY_LIMIT + 1):
        failures = await _deliver(queue, failed, deliver)
        if not failures:
            return
        failed = [event for event, _ in failures]
        log.warning("delivery failed", queue=queue, events=len(failed), attempt=attempt, error=failures[0][1])
        if attempt < DELIVERY_LIMIT:
            await asyncio.sleep(next(pauses))
    now = datetime.now(UTC)
    letters = [DeadLetter(queue, event, reason, now) for event, reason in failures]
    for letter in letters:
        event = letter.event
        log.error("dead letter", queue=queue, topic=event.topic, event_id=str(event.id), error=letter.reason)
    await put_aside(letters)


async def _deliver(queue: str, events: Sequence[Event], deliver: Deliver) -> list[tuple[Event, str]]:
    """Delivers all but those that fail alone, which it returns, each with the reason."""
    while True:
        try:
            await deliver(events)
        except Exception as error:  # noqa: BLE001 - whatever a subscriber raises, its events are tried again
            if await _was_out_of_order(queue, deliver):
                continue
            if len(events) == 1:
                return [(events[0], repr(error))]
            break
        return []
    middle = len(events) // 2
    halves = events[:middle], events[middle:]
    return [failure for half in halves for failure in await _deliver(queue, half, deliver)]


async def _was_out_of_order(queue: str, deliver: Deliver) -> bool:
    """Whether the failure was the subscriber's own, whatever it was given; returns when it can take events again.

    A database that restarts must not make dead letters of what arrives meanwhile.
    """
    for failures, pause in enumerate(_pauses()):
        try:
            await deliver([])
        except Exception as error:  # noqa: BLE001 - as above
            log.warning("subscriber out of order", queue=queue, error=repr(error))
            await asyncio.sleep(pause)
        else:
            return failures > 0
    raise AssertionError("pauses never end")


def _pauses() -> Iterator[float]:
    return (min(FIRST_PAUSE_SECONDS * 4**exponent, LONGEST_PAUSE_SECONDS) for exponent in count())
