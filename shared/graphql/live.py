"""What every subscription does with what it hears."""

import asyncio
from collections.abc import AsyncGenerator, Hashable
from datetime import datetime
from typing import TypeVar

from shared.auth.viewer import Viewer
from shared.clock import SystemClock
from shared.database.watch import Listener, Watch
from shared.errors import Unauthenticated
from shared.graphql.context import Context

Subject = TypeVar("Subject", bound=Hashable)
Change = TypeVar("Change")

_CLOCK = SystemClock()  # tokens are about the real present, even where the business clock travels


async def listen(context: Context, watch: Watch[Subject, Change], subject: Subject) -> Listener[Change]:
    """Listens before the stream's head is sent (server.py): call it in the resolver, not in what it returns."""
    listener = await watch.listen(subject)
    context.stands.set()
    return listener


async def heard(listener: Listener[Change], viewer: Viewer) -> AsyncGenerator[Change, None]:
    """Every change, until the viewer's token ends: then Unauthenticated."""
    try:
        while True:
            left = _seconds_left(viewer.known_until)
            if left is not None and left <= 0:
                raise Unauthenticated("The token has expired.")
            try:
                async with asyncio.timeout(left):
                    change = await listener.next()
            except TimeoutError:
                continue
            yield change
    finally:
        listener.leave()


def _seconds_left(until: datetime | None) -> float | None:
    return None if until is None else (until - _CLOCK.now()).total_seconds()
