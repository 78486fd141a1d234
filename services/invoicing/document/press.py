"""From an invoice document to its PDF: the same bytes each time."""

import asyncio

from services.invoicing.document.finish import finish
from services.invoicing.document.html import Typesetter
from services.invoicing.document.model import InvoiceDocument
from services.invoicing.document.workers import RendererPool


class Press:
    """The processor's work runs in threads, so that a page never holds up the event loop."""

    def __init__(self, pool: RendererPool, typesetter: Typesetter) -> None:
        self._pool = pool
        self._typesetter = typesetter

    async def print(self, document: InvoiceDocument) -> bytes:
        """Raises RenderingFailed."""
        html = await asyncio.to_thread(self._typesetter.html, document)
        raw = await self._pool.draw(html)
        return await asyncio.to_thread(self._finish, raw, document)

    def _finish(self, raw: bytes, document: InvoiceDocument) -> bytes:
        title = f"Invoice {document.number} · {document.parent.name}"
        return finish(raw, title, document.organisation.name, self._typesetter.language)
