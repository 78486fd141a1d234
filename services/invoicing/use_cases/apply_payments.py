"""Give invoices what payments have for them; whoever holds the lock on the parents' accounts may."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from services.invoicing.domain.payments import Allocation, PaymentStatus
from services.invoicing.sql import payments
from services.invoicing.work import InvoicingWork
from shared.contracts.invoicing import InvoicePaid
from shared.database.database import Transaction
from shared.database.row import Row
from shared.errors import NotFound
from shared.ids import new_id


async def lock_account(transaction: Transaction, parent_id: UUID) -> None:
    """What comes for the same parent meanwhile waits. Raises NotFound."""
    if not await transaction.rows(payments.LOCK_ACCOUNTS, [parent_id]):
        raise NotFound(f"no such parent: {parent_id}")


async def lock_invoice(transaction: Transaction, invoice_id: UUID) -> Row:
    """The invoice as it stands once its parent's account is locked. Raises NotFound."""
    found = await states(transaction, [invoice_id])
    if not found:
        raise NotFound(f"no such invoice: {invoice_id}")
    await lock_account(transaction, found[0]["parent_id"])
    return (await states(transaction, [invoice_id]))[0]


async def open_accounts(transaction: Transaction, parent_ids: Sequence[UUID]) -> None:
    """Opens what is missing and locks all: in one order, so that two such locks never wait for each other."""
    ordered = sorted(set(parent_ids))
    await transaction.execute(payments.OPEN_ACCOUNTS, ordered)
    await transaction.rows(payments.LOCK_ACCOUNTS, ordered)


async def apply_payments(transaction: Transaction, allocations: Sequence[Allocation], now: datetime) -> None:
    rows = [(new_id(), each.payment_id, each.invoice_id, each.amount_minor, now) for each in allocations]
    await transaction.execute_many(payments.ALLOCATE, rows)


async def states(transaction: Transaction, invoice_ids: Sequence[UUID]) -> list[Row]:
    """How invoices stand, the oldest first."""
    return await transaction.rows(payments.STATES, list(invoice_ids)) if invoice_ids else []


async def tell_paid(work: InvoicingWork, transaction: Transaction, invoices: Sequence[Row], now: datetime) -> None:
    """Stages InvoicePaid for those on which nothing is due any more."""
    paid = [_paid(invoice, now) for invoice in invoices if invoice["payment_status"] == PaymentStatus.PAID]
    await work.outbox.stage(transaction, paid, now)


def _paid(invoice: Row, now: datetime) -> InvoicePaid:
    return InvoicePaid(
        invoice_id=invoice["id"],
        number=invoice["number"],
        parent_id=invoice["parent_id"],
        total_minor=invoice["total_minor"],
        currency=invoice["currency"],
        paid_at=now,
    )
