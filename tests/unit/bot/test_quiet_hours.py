"""Which times of the day are quiet."""

from datetime import time

import pytest

from services.bot.domain.quiet_hours import QuietHours


@pytest.mark.parametrize(
    ("hours", "now", "quiet"),
    [
        ("21:30-08:00", time(21, 29, 59, 999_999), False),
        ("21:30-08:00", time(21, 30), True),
        ("21:30-08:00", time(0, 0), True),
        ("21:30-08:00", time(7, 59, 59), True),
        ("21:30-08:00", time(8, 0), False),
        ("13:00-14:00", time(12, 59), False),
        ("13:00 - 14:00", time(13, 0), True),
        ("13:00-14:00", time(14, 0), False),
        ("22:00-00:00", time(23, 59), True),
        ("22:00-00:00", time(0, 0), False),
    ],
)
def test_they_begin_with_their_start_and_end_before_their_end(hours: str, now: time, quiet: bool) -> None:
    assert QuietHours.parse(hours).hold(now) is quiet


@pytest.mark.parametrize(
    "text",
    [
        "",
        "21:30",
        "21:30-",
        "-08:00",
        "9:00-10:00",
        "21:30-24:00",
        "21:30-21:30",
        "night",
        "²1:30-08:00",
        "+1:30-08:00",
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"not|quiet|must"):
        QuietHours.parse(text)
