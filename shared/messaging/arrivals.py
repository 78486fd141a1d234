"""Waiting a moment for what another service has just told of.

Who creates a person and names them in the next request would otherwise race the event between the services.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TypeVar
from uuid import UUID

from shared.ids import seconds_old

PATIENCE_SECONDS = 2.0
PATIENCE_WITH_NEW_SECONDS = 10.0
"""Word of what was made a moment ago is on its way, however slow the way is just now."""
NEW_SECONDS = 60.0
BACKSTOP_SECONDS = 0.5
"""For what another process of the same service has taken in."""

Found = TypeVar("Found")


class Arrivals:
    """Tells who waits for other services' events that some have come."""

    def __init__(self) -> None:
        self._next = asyncio.Event()

    def tell(self) -> None:
        self._next.set()
        self._next = asyncio.Event()

    def next(self) -> asyncio.Event:
        """Set by the next arrival. Ask for it before looking whether there is anything to wait for."""
        return self._next

    async def until(self, id_: UUID, look: Callable[[], Awaitable[Found | None]]) -> Found | None:
        """What a look for that id finds, or None when patience ends first. Not to be called in a transaction."""
        loop = asyncio.get_running_loop()
        end = loop.time() + (PATIENCE_WITH_NEW_SECONDS if _is_new(id_) else PATIENCE_SECONDS)
        while True:
            arrival = self.next()
            found = await look()
            if found is not None or loop.time() >= end:
                return found
            with suppress(TimeoutError):
                async with asyncio.timeout(BACKSTOP_SECONDS):
                    await arrival.wait()


def _is_new(id_: UUID) -> bool:
    age = seconds_old(id_)
    return age is not None and abs(age) < NEW_SECONDS
