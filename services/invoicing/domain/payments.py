"""What is paid and what is due, and how payments are shared out over invoices. Amounts in minor units.

A payment fills invoices, one after the other; what is left of it is the parent's credit, which the next invoice uses
when it is issued. So at any time

    Σ payments of a parent = Σ what their invoices got of them + the parent's credit
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from services.invoicing.domain.errors import InvoiceNotVoidable


class PaymentStatus(StrEnum):
    UNPAID = "UNPAID"
    PARTIALLY_PAID = "PARTIALLY_PAID"
    PAID = "PAID"
    VOID = "VOID"


class PaymentMethod(StrEnum):
    UPI = "UPI"
    BANK_TRANSFER = "BANK_TRANSFER"
    CARD = "CARD"
    CASH = "CASH"
    CHEQUE = "CHEQUE"
    OTHER = "OTHER"


@dataclass(frozen=True, slots=True)
class PaymentLeft:
    """What has not been used of a payment."""

    payment_id: UUID
    left_minor: int


@dataclass(frozen=True, slots=True)
class InvoiceDue:
    """What is still due on an invoice."""

    invoice_id: UUID
    due_minor: int


@dataclass(frozen=True, slots=True)
class Allocation:
    """What an invoice gets of a payment."""

    payment_id: UUID
    invoice_id: UUID
    amount_minor: int


def payment_status(total_minor: int, paid_minor: int) -> PaymentStatus:
    """Of an invoice that is not void. Nothing is ever due on a total of zero or less: it is paid from the first."""
    if paid_minor >= max(total_minor, 0):
        return PaymentStatus.PAID
    return PaymentStatus.PARTIALLY_PAID if paid_minor else PaymentStatus.UNPAID


def due_minor(total_minor: int, paid_minor: int, status: PaymentStatus) -> int:
    return 0 if status is PaymentStatus.VOID else max(total_minor - paid_minor, 0)


def allocate(payments: Iterable[PaymentLeft], invoices: Iterable[InvoiceDue]) -> list[Allocation]:
    """Fills the invoices in their order by the payments in theirs, until the ones or the others are used up."""
    allocations = []
    unused = deque(payments)
    for invoice in invoices:
        still_due = invoice.due_minor
        while still_due and unused:
            payment = unused.popleft()
            amount = min(still_due, payment.left_minor)
            allocations.append(Allocation(payment.payment_id, invoice.invoice_id, amount))
            still_due -= amount
            if amount < payment.left_minor:
                unused.appendleft(PaymentLeft(payment.payment_id, payment.left_minor - amount))
    return allocations


def require_voidable(number: str, status: PaymentStatus, paid_minor: int) -> None:
    """Raises InvoiceNotVoidable."""
    if status is PaymentStatus.VOID:
        raise InvoiceNotVoidable(f"{number} is void already", number=number)
    if paid_minor:
        raise InvoiceNotVoidable(f"a payment is on {number}", number=number)
