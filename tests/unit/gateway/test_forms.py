"""What people write into forms, and what of it can be read."""

import pytest

from services.gateway.workspaces.forms import Checked, Form, NotFilledIn


def amount_of(text: str) -> str:
    checked = Checked(Form({"amount": [text]}))
    amount = checked.amount("amount", "Write an amount.")["amount"]
    checked.done()
    return amount


@pytest.mark.parametrize(
    ("written", "read"),
    [
        *(("5000", "5000"), (" 5,000.50 ", "5000.50"), ("₹5,00,000", "500000"), ("Rs. 12", "12"), ("INR 7.5", "7.5")),
        *(("$1,000", "1000"), ("12 usd", "12"), ("￥300", "300"), ("€ 9.99", "9.99"), ("KWD 1.005", "1.005")),
    ],
)
def test_an_amount_is_read_as_people_write_it(written: str, read: str) -> None:
    assert amount_of(written) == read


@pytest.mark.parametrize("written", ["", "INR", "five", "-5", "1e3", "1.2.3", "५००", "5.0001", "0x10", "1" * 13])
def test_what_is_no_amount_is_marked_at_its_field(written: str) -> None:
    with pytest.raises(NotFilledIn) as wrong:
        amount_of(written)
    assert list(wrong.value.fields) == ["amount"]
