"""Work that outlives the request which began it, until the service ends."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

import structlog

from shared.errors import Refusal

log = structlog.get_logger()

T = TypeVar("T")


class Errands:
    def __init__(self) -> None:
        self._running: set[asyncio.Task[Any]] = set()

    def begin(self, errand: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Not inside a transaction. Whoever waits for it shields it, and may stop waiting."""
        task = asyncio.create_task(errand)
        self._running.add(task)
        task.add_done_callback(self._over)
        return task

    async def end(self) -> None:
        """Stops whatever still runs; its transaction is rolled back."""
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    def _over(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        if not task.cancelled() and (fault := task.exception()) and not isinstance(fault, Refusal):
            log.error("errand failed", exc_info=fault)
