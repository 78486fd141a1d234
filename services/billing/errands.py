"""Work that outlives the request which began it, until the service ends."""

import asyncio
from collections.abc import Callable, Coroutine, Hashable
from functools import partial
from typing import Any, TypeVar

import structlog

from shared.errors import Refusal

log = structlog.get_logger()

T = TypeVar("T")


class Errands:
    def __init__(self) -> None:
        self._running: dict[Hashable, asyncio.Task[Any]] = {}

    def begin(self, name: Hashable, errand: Callable[[], Coroutine[Any, Any, T]]) -> asyncio.Task[T]:
        """The errand of that name that runs already, or a new one. Not inside a transaction.

        Whoever waits for it shields it, and may stop waiting.
        """
        if name not in self._running:
            self._running[name] = asyncio.create_task(errand())
            self._running[name].add_done_callback(partial(self._over, name))
        return self._running[name]

    async def end(self) -> None:
        """Stops whatever still runs; its transaction is rolled back."""
        running = list(self._running.values())
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    def _over(self, name: Hashable, task: asyncio.Task[Any]) -> None:
        del self._running[name]
        if not task.cancelled() and (fault := task.exception()) and not isinstance(fault, Refusal):
            log.error("errand failed", exc_info=fault)
