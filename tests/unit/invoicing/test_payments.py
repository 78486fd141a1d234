import pytest

from services.invoicing.domain.payments import PaymentStatus, due_minor, payment_status


@pytest.mark.parametrize(
    ("total_minor", "paid_minor", "status", "due"),
    [
        (90_000, 0, PaymentStatus.UNPAID, 90_000),
        (90_000, 1, PaymentStatus.PARTIALLY_PAID, 89_999),
        (90_000, 90_000, PaymentStatus.PAID, 0),
        (0, 0, PaymentStatus.PAID, 0),
        (-500, 0, PaymentStatus.PAID, 0),
    ],
)
def test_what_is_paid_and_what_is_due(total_minor: int, paid_minor: int, status: PaymentStatus, due: int) -> None:
    assert payment_status(total_minor, paid_minor) is status
    assert due_minor(total_minor, paid_minor, status) == due


def test_nothing_is_due_on_a_void_invoice() -> None:
    assert due_minor(90_000, 0, PaymentStatus.VOID) == 0
