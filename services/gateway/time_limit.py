"""A time limit that many have in common, of which nearly all keep it.

`asyncio.timeout` arms a timer for each block and disarms it: more work than much of what it guards. Those that may take
equally long are late in the order in which they began, so one timer for the first of them is enough.
"""

import asyncio
from types import TracebackType

_TICK_SECONDS = 0.001
"""uvloop's clock knows no less: who lacks only this would be looked at again and again until it moves."""


class TimeLimit:
    """`with limit.begun():` is `async with asyncio.timeout(seconds):`."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._running: dict[Begun, float] = {}
        self._is_watched = False

    def begun(self) -> "Begun":
        return Begun(self)

    def add(self, one: "Begun", loop: asyncio.AbstractEventLoop) -> None:
        self._running[one] = loop.time() + self._seconds
        if not self._is_watched:
            self._is_watched = True
            loop.call_later(self._seconds, self._look, loop)

    def remove(self, one: "Begun") -> None:
        self._running.pop(one, None)

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        """At those that are late, and again when the next one would be."""
        for one, ends_at in [*self._running.items()]:
            if ends_at > loop.time() + _TICK_SECONDS:
                loop.call_at(ends_at, self._look, loop)
                return
            self.remove(one)
            one.end()
        self._is_watched = False


class Begun:
    """One block, and the task that it is in."""

    __slots__ = ("_cancelled_before", "_is_late", "_limit", "_task")

    def __init__(self, limit: TimeLimit) -> None:
        self._limit = limit
        self._is_late = False

    def __enter__(self) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - whoever awaits is in one
        self._task = task
        self._cancelled_before = task.cancelling()
        self._limit.add(self, task.get_loop())

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self._limit.remove(self)
        if self._is_late and self._task.uncancel() <= self._cancelled_before and kind is asyncio.CancelledError:
            raise TimeoutError from error

    def end(self) -> None:
        self._is_late = True
        self._task.cancel()
