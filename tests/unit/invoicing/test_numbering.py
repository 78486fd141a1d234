import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.invoicing.domain.numbering import (
    LONGEST_NUMBER,
    NotInTheBlock,
    NumberBlock,
    SeriesExhausted,
    financial_year,
)
from shared.period import Month


@pytest.mark.parametrize(
    ("month", "year"), [("2026-10", "2627"), ("2027-03", "2627"), ("2027-04", "2728"), ("2099-12", "9900")]
)
def test_financial_years_run_from_april_to_march(month: str, year: str) -> None:
    assert financial_year(Month.parse(month)) == year


@given(first=st.integers(1, 9_000_000), count=st.integers(1, 300))
def test_a_blocks_numbers_are_gapless_and_fit(first: int, count: int) -> None:
    block = NumberBlock("2627", first, count)
    numbers = [block.number_of(ordinal) for ordinal in range(1, count + 1)]
    assert [int(number.removeprefix("NV/2627/")) for number in numbers] == list(range(first, first + count))
    assert max(map(len, numbers)) <= LONGEST_NUMBER


@pytest.mark.parametrize("ordinal", [0, 3])
def test_an_ordinal_outside_of_the_block_has_no_number(ordinal: int) -> None:
    with pytest.raises(NotInTheBlock):
        NumberBlock("2627", 1, 2).number_of(ordinal)


def test_a_year_has_room_for_a_hundred_million_numbers() -> None:
    assert NumberBlock("2627", 999_999, 2).number_of(2) == "NV/2627/1000000"
    last = NumberBlock("2627", 99_999_999, 2)
    assert (last.number_of(1), len(last.number_of(1))) == ("NV/2627/99999999", LONGEST_NUMBER)
    with pytest.raises(SeriesExhausted):
        last.number_of(2)
