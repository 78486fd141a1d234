"""The job that renders documents as long as the service runs."""

import asyncio
from pathlib import Path

import structlog

from services.invoicing.document.html import Typesetter
from services.invoicing.document.options import find_renderer
from services.invoicing.document.press import Press
from services.invoicing.document.workers import PoolLimits, RendererPool
from services.invoicing.use_cases.render_documents import WAITS, render_documents
from services.invoicing.work import InvoicingWork
from shared.files.store import FileStore

log = structlog.get_logger()

LANES = 2
"""Batches under way at once: while one is recorded and the next is taken, the renderers draw the other."""
BACKSTOP_SECONDS = 2.0
"""For documents that another process queued, that are due again, or whose holder died."""
PAUSE_SECONDS = 15.0
"""Before trying again for what documents wait for: the renderer, the file store, the disk."""


class RenderingJob:
    """Several processes may run one each on the same database."""

    def __init__(
        self,
        work: InvoicingWork,
        files: FileStore,
        typesetter: Typesetter,
        *,
        binary: Path | None = None,
        limits: PoolLimits | None = None,
    ) -> None:
        self._work = work
        self._files = files
        self._typesetter = typesetter
        self._binary = binary
        self._limits = limits

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            try:
                await self._render()
            except WAITS as error:
                log.warning("documents wait", reason=str(error), again_in_seconds=PAUSE_SECONDS)
            await asyncio.sleep(PAUSE_SECONDS)

    async def _render(self) -> None:
        renderer = await asyncio.to_thread(find_renderer, self._binary)
        async with RendererPool(renderer, self._limits) as pool:
            press = Press(pool, self._typesetter)
            while True:
                self._work.queued.clear()
                await self._clear_the_queue(press)
                await self._woken()

    async def _clear_the_queue(self, press: Press) -> None:
        """Raises one of WAITS, once every lane is at its end: what they hold is rendered or given back."""
        ends = await asyncio.gather(*(self._lane(press) for _ in range(LANES)), return_exceptions=True)
        for end in ends:
            if isinstance(end, BaseException):
                raise end

    async def _lane(self, press: Press) -> None:
        while await render_documents(self._work, press, self._files):
            pass

    async def _woken(self) -> None:
        try:
            async with asyncio.timeout(BACKSTOP_SECONDS):
                await self._work.queued.wait()
        except TimeoutError:
            return
