from datetime import timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.packages.domain.alerts import AlertStep, Change, LowLine, Standing, next_step, standing_of
from tests.unit.packages.builders import NOON, TODAY, lot

LINE = LowLine(Fraction("0.20"))


@pytest.mark.parametrize(
    ("total_sessions", "alerts_at"),
    [(1, 0), (4, 0), (5, 0), (6, 1), (10, 1), (11, 2), (15, 2), (16, 3), (100, 19)],
)
def test_the_line_is_strict(total_sessions: int, alerts_at: int) -> None:
    assert Standing(alerts_at, total_sessions).is_low(LINE)
    assert not Standing(alerts_at + 1, total_sessions).is_low(LINE)


@given(st.integers(0, 10**6), st.integers(1, 10**6))
def test_the_default_line_in_whole_numbers(remaining: int, total_sessions: int) -> None:
    assert Standing(remaining, total_sessions).is_low(LINE) == (remaining * 5 < total_sessions)


def test_a_floor_alerts_earlier_never_later() -> None:
    line = LowLine(Fraction("0.20"), floor=2)
    assert Standing(2, 4).is_low(line)
    assert not Standing(3, 4).is_low(line)
    assert Standing(19, 100).is_low(line)


def test_active_lots_count_together() -> None:
    family = [lot(1, used_sessions=9), lot(2, total_sessions=20), lot(3, used_sessions=10)]
    assert standing_of(family, TODAY) == Standing(21, 30)


def test_without_an_active_lot_the_one_used_last_counts() -> None:
    exhausted = lot(1, used_sessions=10, last_used_at=NOON - timedelta(days=1))
    expired = lot(
        2,
        total_sessions=8,
        used_sessions=5,
        expires_on=TODAY - timedelta(days=2),
        last_used_at=NOON - timedelta(days=3),
    )
    never_used = lot(3, expires_on=TODAY - timedelta(days=2))
    assert standing_of([exhausted, expired, never_used], TODAY) == Standing(0, 10)
    assert standing_of([expired, never_used], TODAY) == Standing(3, 8)
    assert standing_of([expired.expire()], TODAY) == Standing(0, 8)
    assert standing_of([], TODAY) is None


@pytest.mark.parametrize(
    ("is_open", "is_low", "change", "step"),
    [
        (False, True, Change.TAKEN, AlertStep.RAISE),
        (False, True, Change.GIVEN, AlertStep.RAISE),
        (False, False, Change.TAKEN, None),
        (False, False, Change.GIVEN, None),
        (True, True, Change.TAKEN, None),
        (True, True, Change.GIVEN, None),
        (True, False, Change.TAKEN, None),
        (True, False, Change.GIVEN, AlertStep.RESOLVE),
    ],
)
def test_an_alert_is_raised_once_and_resolved_by_what_gives_back(
    is_open: bool, is_low: bool, change: Change, step: AlertStep | None
) -> None:
    assert next_step(is_open=is_open, is_low=is_low, change=change) is step
