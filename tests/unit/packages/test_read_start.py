"""A start as another system writes it."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from services.packages.domain.sessions import read_start
from shared.errors import InvalidInput

KOLKATA, NEW_YORK = ZoneInfo("Asia/Kolkata"), ZoneInfo("America/New_York")


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-10-31T23:59:00+05:30", "2026-10-31T23:59:00+05:30"),
        ("2026-10-31T18:29:00Z", "2026-10-31T23:59:00+05:30"),
        ("2026-10-31 23:59", "2026-10-31T23:59:00+05:30"),
        ("2026-10-31T23:59:30", "2026-10-31T23:59:30+05:30"),
        ("2028-02-29 00:00", "2028-02-29T00:00:00+05:30"),
    ],
)
def test_with_an_offset_or_by_the_organisations_clock(text: str, instant: str) -> None:
    assert read_start(text, KOLKATA) == datetime.fromisoformat(instant)


NO_STARTS = """
|now|2026-10-31|31/10/2026 17:00|2026-10-31 17|2026-10-31 24:00|2027-02-29 17:00|2026-13-01 10:00|2026-10-31 17:00 IST
|２０２６-10-31 17:00|2026-W44-6 17:00|2026-10-31T17:00+25:00|2026-10-31 17:00 +05:30|2026-10-31T17:00:00.5Z
"""


@pytest.mark.parametrize("text", NO_STARTS.split("|"))
def test_what_names_no_instant(text: str) -> None:
    with pytest.raises(InvalidInput):
        read_start(text, KOLKATA)


def test_an_hour_that_the_clock_skips_or_has_twice_needs_its_offset() -> None:
    with pytest.raises(InvalidInput, match="is skipped"):
        read_start("2026-03-08 02:30", NEW_YORK)
    with pytest.raises(InvalidInput, match="comes twice"):
        read_start("2026-11-01 01:30", NEW_YORK)
    assert read_start("2026-11-01T01:30:00-05:00", NEW_YORK) > read_start("2026-11-01T01:30:00-04:00", NEW_YORK)
