from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import InvalidInput
from shared.period import Month, local_date

ZONES = st.sampled_from(["Asia/Kolkata", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "UTC"]).map(
    ZoneInfo
)
MONTHS = st.builds(Month, st.integers(1950, 2100), st.integers(1, 12))


@given(MONTHS)
def test_months_read_back_as_they_were_written(month: Month) -> None:
    assert Month.parse(str(month)) == month


@pytest.mark.parametrize(
    "text", ["2026-13", "2026-00", "2026-1", "26-10", "2026-10-01", "0000-01", "0001-01", "9999-12", "२०२६-१०", ""]
)
def test_what_is_no_month_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        Month.parse(text)


@given(MONTHS, st.integers(-600, 600))
def test_months_count_like_a_calendar(month: Month, distance: int) -> None:
    assert month.plus(distance).plus(-distance) == month
    assert (month.plus(distance) > month) == (distance > 0)


@given(MONTHS, ZONES)
def test_a_months_instants_are_those_whose_local_date_is_in_it(month: Month, zone: ZoneInfo) -> None:
    start, end = month.starts_at(zone), month.ends_at(zone)
    tick = timedelta(microseconds=1)
    assert Month.of(local_date(start, zone)) == Month.of(local_date(end - tick, zone)) == month
    assert Month.of(local_date(start - tick, zone)) == month.plus(-1)
    assert Month.of(local_date(end, zone)) == month.plus(1)


def test_midnight_is_the_organisations() -> None:
    kolkata = ZoneInfo("Asia/Kolkata")
    assert local_date(datetime(2026, 10, 31, 18, 29, tzinfo=UTC), kolkata) == date(2026, 10, 31)
    assert local_date(datetime(2026, 10, 31, 18, 30, tzinfo=UTC), kolkata) == date(2026, 11, 1)


def test_leap_days_are_in_february() -> None:
    assert Month.parse("2028-02").last_day == date(2028, 2, 29)
    assert Month.parse("2026-02").last_day == date(2026, 2, 28)
