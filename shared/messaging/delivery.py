"""A batch that fails is delivered one by one, so that one poisonous event costs nobody else their delivery."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import structlog

from shared.messaging.broker import DELIVERY_LIMIT, Deliver
from shared.messaging.envelope import Event

log = structlog.get_logger()

PutAside = Callable[[Event, str], Awaitable[None]]

FIRST_PAUSE_SECONDS = 0.02
LONGEST_PAUSE_SECONDS = 10.0


async def deliver_all(queue: str, events: Sequence[Event], deliver: Deliver, put_aside: PutAside) -> None:
    """Returns when every event was delivered or put aside; a batch's failure counts as no delivery of any."""
    try:
        await deliver(events)
    except Exception as error:  # noqa: BLE001 - whatever a subscriber raises, its events are tried one by one
        log.warning("batch failed, delivering one by one", queue=queue, events=len(events), error=repr(error))
        for event in events:
            await _deliver_one(queue, event, deliver, put_aside)


async def _deliver_one(queue: str, event: Event, deliver: Deliver, put_aside: PutAside) -> None:
    for attempt in range(1, DELIVERY_LIMIT + 1):
        try:
            await deliver([event])
        except Exception as error:  # noqa: BLE001 - as above
            reason = repr(error)
        else:
            return
        if attempt < DELIVERY_LIMIT:
            await asyncio.sleep(min(FIRST_PAUSE_SECONDS * 4 ** (attempt - 1), LONGEST_PAUSE_SECONDS))
    log.error("dead letter", queue=queue, topic=event.topic, event_id=str(event.id), error=reason)
    await put_aside(event, reason)
