"""The days that the demo tells about: the last three months, up to yesterday."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from shared.period import Month

_CLOSING_DAY = 4
"""A month is closed on this day of the next one."""


@dataclass(frozen=True, slots=True)
class Season:
    """Everything happens from the morning of `opens_on` to the evening before `today`, on the wall of `zone`."""

    seed: int
    today: date
    zone: ZoneInfo

    @property
    def opens_on(self) -> date:
        month = Month.of(self.today).plus(-3)
        return month.first_day.replace(day=min(self.today.day, month.last_day.day))

    @property
    def yesterday(self) -> date:
        return self.today - timedelta(days=1)

    @property
    def last_month(self) -> Month:
        return Month.of(self.today).plus(-1)

    @property
    def earlier_months(self) -> list[Month]:
        """The months before the last one, oldest first: the demo has closed them already."""
        return [self.last_month.plus(-2), self.last_month.plus(-1)]

    def days(self) -> Iterator[date]:
        for offset in range((self.today - self.opens_on).days):
            yield self.opens_on + timedelta(days=offset)

    def at(self, day: date, hour: int, minute: int = 0) -> datetime:
        """That time of that day, in UTC."""
        return datetime.combine(day, time(hour, minute), tzinfo=self.zone).astimezone(UTC)

    def dice(self, topic: str) -> Random:
        """A stream of chance of its own for each topic, so that one may change without stirring the others."""
        return Random(f"{self.seed}/{topic}")  # noqa: S311 - made-up people need no cryptography


def closing_day(month: Month) -> date:
    return month.plus(1).first_day.replace(day=_CLOSING_DAY)
