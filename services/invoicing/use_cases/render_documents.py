"""Render queued documents: take a few, draw and store each, tell how they fared.

A process takes documents by putting off when they are due, so that what it holds when it dies comes back by itself.
Drawing the same document twice gives the same bytes, and storing the same bytes twice changes nothing: a document
that two processes hold, or that was stored but not marked, ends up rendered once.
"""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Protocol
from uuid import UUID

import msgspec
import structlog

from services.invoicing.document.build import Issue, invoice_document
from services.invoicing.document.model import InvoiceDocument, Organisation, PaymentState
from services.invoicing.document.options import RendererMissing
from services.invoicing.domain.documents import DocumentStatus, file_key, next_attempt
from services.invoicing.domain.payments import PaymentStatus, due_minor
from services.invoicing.sql import rendering
from services.invoicing.work import InvoicingWork
from shared.contracts.billing import Statement
from shared.contracts.invoicing import DocumentsRendered
from shared.database.database import Transaction
from shared.database.row import Row
from shared.files.store import FileStore, FileStoreUnavailable, StoredFile
from shared.money import Money
from shared.period import Month, local_date

log = structlog.get_logger()

LEASE = timedelta(seconds=10)
BATCH = 16
WAITS = (RendererMissing, FileStoreUnavailable, OSError)
"""What is no document's fault: no renderer, no file store, no room on the disk."""


class Printer(Protocol):
    async def print(self, document: InvoiceDocument) -> bytes:
        """The PDF; raises when this document cannot be drawn."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one document fared: stored, failed for a reason, or waiting for something that is not its fault."""

    document_id: UUID
    cycle_id: UUID
    attempts: int
    stored: StoredFile | None = None
    reason: str = ""
    waiting_for: Exception | None = None


async def render_documents(work: InvoicingWork, printer: Printer, files: FileStore) -> int:
    """One batch; returns how many documents it had.

    Raises one of WAITS after giving back the documents that wait for it.
    """
    leased = await _lease(work)
    outcomes = await asyncio.gather(*(_render(work, printer, files, row) for row in leased))
    if outcomes:
        await _record(work, outcomes)
    for outcome in outcomes:
        if outcome.waiting_for:
            raise outcome.waiting_for
    return len(outcomes)


async def _lease(work: InvoicingWork) -> list[Row]:
    now = _now()
    async with work.database.transaction() as transaction:
        taken = [row["id"] for row in await transaction.rows(rendering.LEASE, now, now + LEASE, BATCH)]
        return await transaction.rows(rendering.LEASED, taken) if taken else []


async def _render(work: InvoicingWork, printer: Printer, files: FileStore, row: Row) -> Outcome:
    outcome = partial(Outcome, row["id"], row["cycle_id"], row["attempts"])
    try:
        pdf = await printer.print(_document(work, row))
        key = file_key(Month.parse(row["month"]), row["number"], row["version"])
        return outcome(stored=await files.put_if_absent(key, pdf, "application/pdf"))
    except WAITS as error:
        return outcome(waiting_for=error)
    except Exception as error:  # noqa: BLE001 -- whatever is wrong with one document, the others go on
        log.warning("document not rendered", number=row["number"], attempt=row["attempts"], error=repr(error))
        return outcome(reason=f"{type(error).__name__}: {error}")


def _document(work: InvoicingWork, row: Row) -> InvoiceDocument:
    statement = msgspec.json.decode(row["statement"], type=Statement)
    issue = Issue(
        number=row["number"],
        issued_on=local_date(row["issued_at"], work.zone),
        month=Month.parse(row["month"]),
        organisation=msgspec.json.decode(row["letterhead"], type=Organisation),
        zone=work.zone,
    )
    status, paid_minor = PaymentStatus(row["payment_status"]), row["paid_minor"]
    due = Money(due_minor(row["total_minor"], paid_minor, status), statement.currency)
    return invoice_document(statement, issue, PaymentState(status, Money(paid_minor, statement.currency), due))


async def _record(work: InvoicingWork, outcomes: Sequence[Outcome]) -> None:
    now = work.clock.now()
    async with work.database.transaction() as transaction:
        for statement, rows in _changes(outcomes, now).items():
            await transaction.execute_many(statement, rows)
        cycles = sorted({outcome.cycle_id for outcome in outcomes})
        progress = [await _progress(work, transaction, cycle_id) for cycle_id in cycles]
        await work.outbox.stage(transaction, progress, now)


def _changes(outcomes: Sequence[Outcome], rendered_at: datetime) -> dict[str, list[Sequence[object]]]:
    """The rows of each statement that records them."""
    changes: dict[str, list[Sequence[object]]] = defaultdict(list)
    for outcome in outcomes:
        if outcome.stored:
            file = outcome.stored
            changes[rendering.RENDERED].append(
                (outcome.document_id, file.key, file.sha256, file.size_bytes, rendered_at)
            )
        elif outcome.waiting_for:
            changes[rendering.RETURNED].append((outcome.document_id, _now()))
        elif due_at := next_attempt(outcome.attempts, _now()):
            changes[rendering.PUT_OFF].append((outcome.document_id, due_at, outcome.reason))
        else:
            changes[rendering.FAILED].append((outcome.document_id, outcome.reason))
    return changes


async def _progress(work: InvoicingWork, transaction: Transaction, cycle_id: UUID) -> DocumentsRendered:
    """One batch of a cycle after the other, by the lock on its block: the last to count counts them all, and its
    instant is the latest."""
    month = await transaction.value(rendering.LOCK_BLOCK, cycle_id)
    counts = {row["status"]: row["documents"] for row in await transaction.rows(rendering.PROGRESS, cycle_id)}
    return DocumentsRendered(
        cycle_id=cycle_id,
        month=month,
        queued=counts.get(DocumentStatus.QUEUED, 0),
        rendered=counts.get(DocumentStatus.RENDERED, 0),
        failed=counts.get(DocumentStatus.FAILED, 0),
        at=work.clock.now(),
    )


def _now() -> datetime:
    """Leases and pauses are between processes, whatever day the business clock shows."""
    return datetime.now(UTC)
