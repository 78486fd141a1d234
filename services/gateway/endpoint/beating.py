"""A stream with a heart: its answers as they come, and a beat when none has come for a while."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from shared.clock import SystemClock

HEARTBEAT_SECONDS = 12.0
Item = TypeVar("Item")

_CLOCK = SystemClock()  # tokens are about the real present, even where the business clock travels


class Expired(Exception):
    """The token that the stream was opened with has ended."""


class Stopping(Exception):
    """The process stops: the stream ends here, and can go on elsewhere."""


@dataclass(frozen=True, slots=True)
class Lifetime:
    """How long a stream may go on. One with a single answer may always: what was asked for is under way."""

    known_until: datetime | None = None
    stopping: asyncio.Event = field(default_factory=asyncio.Event)


async def beating(answers: AsyncIterator[Item], lifetime: Lifetime) -> AsyncGenerator[Item | None, None]:
    """Answers, or whatever is told, and None for a beat, until there are no more. Raises Expired, Stopping."""
    stop = asyncio.ensure_future(lifetime.stopping.wait())
    coming = asyncio.ensure_future(anext(answers, None))
    try:
        while True:
            left = seconds_left(lifetime.known_until)
            await asyncio.wait((coming, stop), timeout=min(HEARTBEAT_SECONDS, left), return_when="FIRST_COMPLETED")
            if stop.done():
                raise Stopping
            if seconds_left(lifetime.known_until) <= 0:
                raise Expired
            if not coming.done():
                yield None
                continue
            answer = coming.result()
            if answer is None:
                return
            yield answer
            coming = asyncio.ensure_future(anext(answers, None))
    finally:
        for task in (coming, stop):
            task.cancel()
        await asyncio.gather(coming, stop, return_exceptions=True)


def seconds_left(known_until: datetime | None) -> float:
    """Never less than 0; infinite for who comes from no token."""
    return float("inf") if known_until is None else max(0.0, (known_until - _CLOCK.now()).total_seconds())
