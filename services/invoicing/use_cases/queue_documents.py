"""Queue a document for each invoice, as its payments stand in this transaction."""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from services.invoicing.sql import rendering
from services.invoicing.work import InvoicingWork
from shared.database.database import Transaction
from shared.database.row import Row
from shared.ids import new_id

VersionOf = tuple[UUID, int, str, int]
"""An invoice, the document's version, and the payment status and paid amount that it shows."""


def first_version(invoice: Row) -> VersionOf:
    return invoice["id"], 1, invoice["payment_status"], invoice["paid_minor"]


def next_version(invoice: Row) -> VersionOf:
    return invoice["id"], invoice["document_version"] + 1, invoice["payment_status"], invoice["paid_minor"]


async def queue_documents(work: InvoicingWork, transaction: Transaction, versions: Sequence[VersionOf]) -> None:
    due_at = datetime.now(UTC)  # the queue is between processes, whatever day the business clock shows
    await transaction.execute_many(rendering.QUEUE, [(new_id(), *version, due_at) for version in versions])
    transaction.after_commit(work.queued.set)
