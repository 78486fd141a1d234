from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.packages.domain.errors import PackageExpired
from services.packages.domain.sale import FixedDiscount, Offer, PercentDiscount, Sale, SaleRequest, agree_sale
from shared.errors import InvalidInput
from shared.money import Money
from tests.unit.packages.builders import TODAY, rupees

TWENTY = Offer(id=UUID(int=1), total_sessions=20, price_per_session=rupees(450), validity_days=30)


def agreed(**changes: Any) -> Sale:
    fields = {
        "offer": None,
        "total_sessions": None,
        "price_per_session": None,
        "discount": None,
        "expires_on": None,
        "goodwill": False,
    }
    return agree_sale(SaleRequest(**(fields | changes)), "INR", TODAY)


def test_an_offer_fixes_size_price_and_last_valid_day() -> None:
    sale = agreed(offer=TWENTY, discount=PercentDiscount(1000))
    assert (sale.total_sessions, sale.price_per_session, sale.cost.minor) == (20, rupees(450), 810_000)
    assert sale.expires_on == date(2026, 11, 13)


def test_a_fixed_discount_is_off_the_whole_lot() -> None:
    sale = agreed(total_sessions=3, price_per_session=rupees(500), discount=FixedDiscount(rupees(100)))
    assert (sale.discount_minor, sale.cost.minor) == (10_000, 140_000)


def test_goodwill_costs_nothing_whatever_the_offer() -> None:
    assert agreed(offer=TWENTY, goodwill=True).cost.minor == 0
    assert agreed(total_sessions=2, price_per_session=rupees(0), goodwill=True).cost.minor == 0


@pytest.mark.parametrize(
    "request_",
    [
        {},
        {"total_sessions": 5},
        {"price_per_session": rupees(500)},
        {"total_sessions": 0, "price_per_session": rupees(500)},
        {"total_sessions": 10_001, "price_per_session": rupees(500)},
        {"total_sessions": 5, "price_per_session": rupees(-1)},
        {"total_sessions": 5, "price_per_session": Money(100, "EUR")},
        {"total_sessions": 10_000, "price_per_session": Money(10**15, "INR")},
        {"offer": TWENTY, "total_sessions": 10},
        {"offer": TWENTY, "price_per_session": rupees(500)},
        {"offer": TWENTY, "discount": PercentDiscount(0)},
        {"offer": TWENTY, "discount": PercentDiscount(10_001)},
        {"offer": TWENTY, "discount": FixedDiscount(rupees(9_001))},
        {"offer": TWENTY, "discount": FixedDiscount(rupees(0))},
        {"offer": TWENTY, "discount": FixedDiscount(Money(100, "EUR"))},
        {"offer": TWENTY, "goodwill": True, "discount": PercentDiscount(500)},
        {"total_sessions": 5, "goodwill": True, "price_per_session": rupees(1)},
    ],
)
def test_a_request_that_contradicts_itself_is_refused(request_: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        agreed(**request_)


def test_a_package_is_not_sold_for_yesterday() -> None:
    with pytest.raises(PackageExpired):
        agreed(offer=TWENTY, expires_on=TODAY - timedelta(days=1))
    assert agreed(offer=TWENTY, expires_on=TODAY).expires_on == TODAY


@given(st.integers(1, 10_000), st.integers(0, 10**9), st.integers(1, 10_000))
def test_a_percentage_never_costs_less_than_nothing(sessions: int, price_minor: int, basis_points: int) -> None:
    price = Money(price_minor, "INR")
    sale = agreed(total_sessions=sessions, price_per_session=price, discount=PercentDiscount(basis_points))
    full_minor = sessions * price_minor
    assert 0 <= sale.cost.minor <= full_minor
    assert abs(sale.discount_minor * 10_000 - full_minor * basis_points) <= 5_000
