"""Have what is missing of an invoice's documents rendered again.

What failed or was lost is drawn anew under its own version: the same invoice is the same bytes. Where something else
lies under the newest one's key, which is never overwritten, a further version is made.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from services.invoicing.document_files import DocumentChanged, DocumentLost, read_document
from services.invoicing.domain.documents import DocumentStatus, file_key
from services.invoicing.sql import rendering
from services.invoicing.use_cases.apply_payments import lock_invoice
from services.invoicing.use_cases.queue_documents import next_version, queue_documents
from services.invoicing.work import InvoicingWork
from shared.database.database import Transaction
from shared.database.row import Row
from shared.errors import NotFound, UpstreamUnavailable
from shared.files.store import FileStore, FileStoreUnavailable
from shared.mutations.audit import record_audit
from shared.period import Month


@dataclass(frozen=True, slots=True)
class _Gap:
    """A document that is to be rendered again; `taken`: something else lies under its key."""

    row: Row
    why: str
    taken: bool = False


async def rerender_invoice(work: InvoicingWork, files: FileStore, invoice_id: UUID, by: str) -> int:
    """How many documents were queued; none when nothing is missing. Raises NotFound, UpstreamUnavailable."""
    versions = await work.database.rows(rendering.VERSIONS, invoice_id)
    if not versions:
        raise NotFound(f"no such invoice: {invoice_id}")
    gaps = await _gaps(files, versions)
    if not gaps:
        return 0
    now = work.clock.now()
    async with work.database.transaction() as transaction:
        invoice = await lock_invoice(transaction, invoice_id)
        queued = 0
        for gap in gaps:
            queued += await _queue(work, transaction, gap, invoice)
        if queued:
            reason = "; ".join(gap.why for gap in gaps)
            await record_audit(transaction, "RERENDER_INVOICE", invoice_id, reason, now, by)
            transaction.after_commit(work.queued.set)
    return queued


async def _gaps(files: FileStore, versions: Sequence[Row]) -> list[_Gap]:
    try:
        gaps = [await _gap(files, row) for row in versions if row["status"] != DocumentStatus.QUEUED]
    except FileStoreUnavailable as error:
        raise UpstreamUnavailable("the file store does not answer") from error
    return [gap for gap in gaps if gap is not None]


async def _gap(files: FileStore, row: Row) -> _Gap | None:
    name = f"version {row['version']}"
    key = file_key(Month.parse(row["month"]), row["number"], row["version"])
    try:
        await read_document(files, key, row["sha256"])
    except DocumentLost:
        was = f"lost, its SHA-256 was {row['sha256']}" if row["sha256"] else f"failed: {row['reason']}"
        return _Gap(row, f"{name} {was}")
    except DocumentChanged:
        newest = row["version"] == row["document_version"]
        return _Gap(row, f"{name}: something else lies under {key}", taken=True) if newest else None
    return None


async def _queue(work: InvoicingWork, transaction: Transaction, gap: _Gap, invoice: Row) -> int:
    if gap.taken:
        if invoice["document_version"] == gap.row["version"]:  # or another request was first
            await queue_documents(work, transaction, [next_version(invoice)])
            return 1
        return 0
    due_at = datetime.now(UTC)  # the queue is between processes, whatever day the business clock shows
    return len(await transaction.rows(rendering.QUEUE_AGAIN, gap.row["id"], due_at, gap.row["status"]))
