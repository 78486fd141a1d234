from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import InvalidInput
from shared.money import Money, divide_half_up, parse_amount, parse_currency, part_of, share_out

amounts = st.integers(-(10**12), 10**12)


@pytest.mark.parametrize(("numerator", "rounded"), [(5, 3), (-5, -3), (4, 2), (-4, -2), (7, 4), (0, 0), (-1, -1)])
def test_halves_are_rounded_away_from_zero(numerator: int, rounded: int) -> None:
    assert divide_half_up(numerator, 2) == rounded


@given(amounts, st.integers(1, 10**6))
def test_rounding_is_never_off_by_more_than_half(numerator: int, denominator: int) -> None:
    assert abs(2 * (divide_half_up(numerator, denominator) * denominator - numerator)) <= denominator


def test_a_rate_is_applied_once() -> None:
    assert part_of(950_000, 500) == 47_500
    assert part_of(33_33, 1_800) == 600


@given(amounts, st.lists(st.integers(0, 10**9), min_size=1).filter(any))
def test_shares_add_up_and_are_fair(total: int, weights: list[int]) -> None:
    shares = share_out(total, weights)
    assert sum(shares) == total
    for share, weight in zip(shares, weights, strict=True):
        assert abs(share * sum(weights) - total * weight) < sum(weights)


def test_equal_remainders_go_to_the_earlier() -> None:
    assert share_out(100, [1, 1, 1]) == [34, 33, 33]
    assert share_out(-100, [1, 1, 1]) == [-34, -33, -33]


def test_nothing_is_shared_over_nothing() -> None:
    assert share_out(0, [0, 0]) == [0, 0]
    assert share_out(0, []) == []
    with pytest.raises(ValueError, match="nothing to share"):
        share_out(1, [0])


@given(amounts, st.sampled_from(["INR", "JPY", "KWD"]))
def test_amounts_read_back_as_they_were_written(minor: int, currency: str) -> None:
    money = Money(minor, currency)
    assert parse_amount(str(money.to_decimal()), currency) == money


@pytest.mark.parametrize("text", ["", "1.005", "NaN", "Infinity", "1e40", "one", "1,000", "1e-999999999"])
def test_what_is_no_exact_amount_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        parse_amount(text, "INR")


def test_the_currency_says_where_the_point_is() -> None:
    assert parse_amount("450", "INR") == Money(45000, "INR")
    assert parse_amount("450", "JPY") == Money(450, "JPY")
    assert Money(450, "KWD").to_decimal() == Decimal("0.450")


def test_unknown_currencies_are_refused() -> None:
    assert parse_currency(" inr ") == "INR"
    with pytest.raises(InvalidInput):
        parse_currency("XXY")
