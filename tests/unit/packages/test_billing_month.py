from hypothesis import given
from hypothesis import strategies as st

from services.packages.domain.billing_month import billing_month
from shared.period import Month

months = st.integers(0, 400).map(Month(2000, 1).plus)


def test_before_any_seal_a_month_is_its_own() -> None:
    assert billing_month(Month(2026, 10), None) == Month(2026, 10)


def test_a_late_approval_goes_to_the_first_month_still_open() -> None:
    assert billing_month(Month(2026, 10), Month(2026, 12)) == Month(2027, 1)
    assert billing_month(Month(2026, 10), Month(2026, 10)) == Month(2026, 11)
    assert billing_month(Month(2026, 10), Month(2026, 9)) == Month(2026, 10)


@given(months, months)
def test_never_a_sealed_month_and_never_an_earlier_one(own: Month, last_sealed: Month) -> None:
    month = billing_month(own, last_sealed)
    assert month > last_sealed
    assert month >= own
    assert month in (own, last_sealed.plus(1))
