"""Record money that came in: it pays the invoice it names, or the parent's oldest; the rest is the parent's credit."""

from dataclasses import dataclass
from functools import partial
from uuid import UUID

from services.invoicing.domain.errors import InvoiceNotPayable
from services.invoicing.domain.payments import (
    InvoiceDue,
    PaymentLeft,
    PaymentMethod,
    PaymentStatus,
    allocate,
    due_minor,
)
from services.invoicing.sql import payments
from services.invoicing.use_cases.apply_payments import apply_payments, lock_account, lock_invoice, states, tell_paid
from services.invoicing.use_cases.queue_documents import next_version, queue_documents
from services.invoicing.work import InvoicingWork
from shared.database.database import Transaction
from shared.database.row import Row
from shared.errors import InvalidInput, NotFound
from shared.ids import new_id
from shared.money import Money
from shared.mutations.audit import record_audit
from shared.mutations.idempotency import claim_key
from shared.text import one_line

LONGEST_REFERENCE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPayment:
    """`parent_id` may be left to the invoice; `reference` is what finds the payment at the bank again."""

    parent_id: UUID | None
    invoice_id: UUID | None
    amount: Money
    method: PaymentMethod
    reference: str | None


async def record_payment(work: InvoicingWork, new: NewPayment, idempotency_key: str | None, by: str) -> UUID:
    """Raises InvalidInput, NotFound, InvoiceNotPayable, IdempotencyKeyReused."""
    if new.amount.minor <= 0:
        raise InvalidInput("a payment is more than nothing")
    reference = None if new.reference is None else one_line(new.reference, LONGEST_REFERENCE, "a reference")
    if new.parent_id is not None:
        await _wait_for(work, new.parent_id)
    now, payment_id = work.clock.now(), new_id()
    async with work.database.transaction() as transaction:
        first = await claim_key(transaction, idempotency_key, new, payment_id, now)
        if first is not None:
            return first
        invoice = None if new.invoice_id is None else await lock_invoice(transaction, new.invoice_id)
        parent_id = _payer(new, invoice)
        if invoice is None:
            await lock_account(transaction, parent_id)
        due = [_due_on(invoice)] if invoice else await _due_of(transaction, parent_id, new.amount.currency)
        amount = (new.amount.minor, new.amount.currency)
        row = (payment_id, parent_id, new.invoice_id, *amount, new.method.value, reference, now, by)
        await transaction.execute(payments.RECORD, *row)
        allocations = allocate([PaymentLeft(payment_id, new.amount.minor)], due)
        await apply_payments(transaction, allocations, now)
        paid = await states(transaction, [each.invoice_id for each in allocations])
        await queue_documents(work, transaction, [next_version(each) for each in paid])
        await tell_paid(work, transaction, paid, now)
        await record_audit(transaction, "RECORD_PAYMENT", payment_id, reference, now, by, new.amount)
    return payment_id


async def _wait_for(work: InvoicingWork, parent_id: UUID) -> None:
    look = partial(work.database.row, payments.IS_KNOWN, parent_id)
    if await work.arrivals.until(parent_id, look) is None:
        raise NotFound(f"no such parent: {parent_id}")


def _payer(new: NewPayment, invoice: Row | None) -> UUID:
    if invoice is None:
        if new.parent_id is None:
            raise InvalidInput("a payment names its parent, its invoice or both")
        return new.parent_id
    parent_id: UUID = invoice["parent_id"]
    if new.parent_id not in (None, parent_id):
        raise InvalidInput(f"invoice {invoice['number']} is of another family")
    if invoice["currency"] != new.amount.currency:
        raise InvalidInput(f"invoice {invoice['number']} is in {invoice['currency']}")
    return parent_id


def _due_on(invoice: Row) -> InvoiceDue:
    status = PaymentStatus(invoice["payment_status"])
    if status is PaymentStatus.VOID:
        raise InvoiceNotPayable(f"{invoice['number']} is void", number=invoice["number"])
    return InvoiceDue(invoice["id"], due_minor(invoice["total_minor"], invoice["paid_minor"], status))


async def _due_of(transaction: Transaction, parent_id: UUID, currency: str) -> list[InvoiceDue]:
    rows = await transaction.rows(payments.DUE, parent_id, currency)
    return [InvoiceDue(row["id"], row["due_minor"]) for row in rows]
