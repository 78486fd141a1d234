"""Rounding, shares and months, with fractions and the calendar."""

import math
from calendar import monthrange
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo


def half_up(amount: Fraction) -> int:
    """To a whole minor unit; a half goes away from zero."""
    rounded = math.floor(abs(amount) + Fraction(1, 2))
    return rounded if amount >= 0 else -rounded


def shared_out(total: int, weights: Sequence[int]) -> list[int]:
    """Everyone gets the whole units of the exact share; what is left goes unit by unit to who misses most of it."""
    if total == 0:
        return [0] * len(weights)
    exact = [Fraction(total * weight, sum(weights)) for weight in weights]
    shares = [math.floor(share) for share in exact]
    while sum(shares) < total:
        misses = [share - got for share, got in zip(exact, shares, strict=True)]
        shares[misses.index(max(misses))] += 1
    return shares


def wall(instant: datetime, zone: ZoneInfo) -> date:
    """The date that the organisation reads at that instant."""
    return instant.astimezone(zone).date()


def month_of(day: date) -> str:
    return f"{day:%Y-%m}"


def last_day_of(month: str) -> date:
    year, number = map(int, month.split("-"))
    return date(year, number, monthrange(year, number)[1])


def month_after(month: str) -> str:
    return month_of(last_day_of(month) + timedelta(days=1))
