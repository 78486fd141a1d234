"""Work for a client that may leave."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from starlette.requests import Request

Result = TypeVar("Result")

UNWATCHED_SECONDS = 0.05
"""Most answers are there before. A client that has left meanwhile is noticed when these are over."""


class ClientGone(Exception):
    """Nobody is left to answer."""


async def while_connected(request: Request, work: Coroutine[Any, Any, Result]) -> Result:
    """The work's result; cancels it and raises ClientGone when the client leaves first."""
    watch = _Watch(request)
    try:
        return await work
    except asyncio.CancelledError:
        if watch.has_cancelled():
            raise ClientGone from None
        raise
    finally:
        watch.end()


class _Watch:
    """Cancels the current task when the client leaves, as `asyncio.timeout` does when time is up."""

    def __init__(self, request: Request) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - whoever awaits is in one
        self._task = task
        self._request = request
        self._cancelled_before = task.cancelling()
        self._has_left = False
        self._watching: asyncio.Task[None] | None = None
        self._later = asyncio.get_running_loop().call_later(UNWATCHED_SECONDS, self._begin)

    def _begin(self) -> None:
        self._watching = asyncio.create_task(self._watch())

    async def _watch(self) -> None:
        """The body has been read by now: nothing else comes."""
        while (await self._request.receive())["type"] != "http.disconnect":
            pass
        self._has_left = True
        self._task.cancel()

    def has_cancelled(self) -> bool:
        return self._has_left and self._task.uncancel() <= self._cancelled_before

    def end(self) -> None:
        self._later.cancel()
        if self._watching is not None:
            self._watching.cancel()
