"""What is paid and what is due. Amounts in minor units."""

from enum import StrEnum


class PaymentStatus(StrEnum):
    UNPAID = "UNPAID"
    PARTIALLY_PAID = "PARTIALLY_PAID"
    PAID = "PAID"
    VOID = "VOID"


def payment_status(total_minor: int, paid_minor: int) -> PaymentStatus:
    """Of an invoice that is not void. Nothing is ever due on a total of zero or less."""
    if paid_minor >= max(total_minor, 0):
        return PaymentStatus.PAID
    return PaymentStatus.PARTIALLY_PAID if paid_minor else PaymentStatus.UNPAID


def due_minor(total_minor: int, paid_minor: int, status: PaymentStatus) -> int:
    return 0 if status is PaymentStatus.VOID else max(total_minor - paid_minor, 0)
