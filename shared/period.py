"""Calendar months, and the organisation's time zone in which they are judged."""

import re
from datetime import MAXYEAR, MINYEAR, UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec

from shared.errors import InvalidInput

_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])", re.ASCII)


class Month(msgspec.Struct, frozen=True, order=True, gc=False):
    """One calendar month. Written "2026-10", which also sorts in order of time."""

    year: int
    number: int

    @classmethod
    def parse(cls, text: str) -> "Month":
        """Raises InvalidInput when the text is not like "2026-10", or when the calendar ends there: a month has days
        before and after it in every zone."""
        match = _MONTH.fullmatch(text)
        if match is None or not MINYEAR < int(match[1]) < MAXYEAR:
            raise InvalidInput(f'a month is written like "2026-10", not {text[:32]!r}')
        return cls(int(match[1]), int(match[2]))

    @classmethod
    def of(cls, day: date) -> "Month":
        return cls(day.year, day.month)

    def __str__(self) -> str:
        return f"{self.year:04}-{self.number:02}"

    def plus(self, months: int) -> "Month":
        years, index = divmod(self.number - 1 + months, 12)
        return Month(self.year + years, index + 1)

    @property
    def first_day(self) -> date:
        return date(self.year, self.number, 1)

    @property
    def last_day(self) -> date:
        return self.plus(1).first_day - timedelta(days=1)

    def starts_at(self, zone: ZoneInfo) -> datetime:
        """The month's first instant in that zone, in UTC."""
        return start_of_day(self.first_day, zone)

    def ends_at(self, zone: ZoneInfo) -> datetime:
        """The first instant after the month in that zone, in UTC."""
        return self.plus(1).starts_at(zone)


def start_of_day(day: date, zone: ZoneInfo) -> datetime:
    """The day's first instant in that zone, in UTC."""
    return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)


def local_date(instant: datetime, zone: ZoneInfo) -> date:
    """The date on the wall of the organisation at that instant."""
    return instant.astimezone(zone).date()
