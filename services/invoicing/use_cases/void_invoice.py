"""Void an invoice: it keeps its number, and its charges go back to billing for the next cycle."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.invoicing.domain.payments import PaymentStatus, require_voidable
from services.invoicing.sql import payments
from services.invoicing.use_cases.apply_payments import lock_invoice, states
from services.invoicing.use_cases.queue_documents import next_version, queue_documents
from services.invoicing.work import InvoicingWork
from shared.contracts.invoicing import InvoiceVoided
from shared.database.row import Row
from shared.money import Money
from shared.mutations.audit import record_audit
from shared.mutations.idempotency import claim_key
from shared.text import one_line

LONGEST_REASON = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Voiding:
    invoice_id: UUID
    reason: str


async def void_invoice(work: InvoicingWork, voiding: Voiding, idempotency_key: str | None, by: str) -> UUID:
    """Raises InvalidInput, NotFound, InvoiceNotVoidable, IdempotencyKeyReused."""
    reason = one_line(voiding.reason, LONGEST_REASON, "a reason")
    now = work.clock.now()
    async with work.database.transaction() as transaction:
        first = await claim_key(transaction, idempotency_key, voiding, voiding.invoice_id, now)
        if first is not None:
            return first
        invoice = await lock_invoice(transaction, voiding.invoice_id)
        require_voidable(invoice["number"], PaymentStatus(invoice["payment_status"]), invoice["paid_minor"])
        await transaction.execute(payments.VOID, voiding.invoice_id, reason, now, by)
        voided = await states(transaction, [voiding.invoice_id])
        await queue_documents(work, transaction, [next_version(each) for each in voided])
        await work.outbox.stage(transaction, [_told(invoice, reason, now)], now)
        total = Money(invoice["total_minor"], invoice["currency"])
        await record_audit(transaction, "VOID_INVOICE", voiding.invoice_id, reason, now, by, total)
    return voiding.invoice_id


def _told(invoice: Row, reason: str, now: datetime) -> InvoiceVoided:
    return InvoiceVoided(
        invoice_id=invoice["id"],
        number=invoice["number"],
        cycle_id=invoice["cycle_id"],
        statement_id=invoice["statement_id"],
        parent_id=invoice["parent_id"],
        reason=reason,
        voided_at=now,
    )
