"""How the pages write dates, months, counts and codes: in the organisation's zone and locale."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_time

from shared.period import Month

NOTHING = "–"

CODES: Mapping[str, str] = {
    "BETA_FREEZE": "Unavailable during the beta",
    "PARTIALLY_PAID": "Partly paid",
    "ADDON": "Add-on",
    "OVERAGE": "Beyond the package",
    "PACKAGE": "Package",
    "PACKAGE_PURCHASE": "Package",
    "ADDON_SESSION": "Add-on session",
    "OVERAGE_SESSION": "Session beyond the package",
    "UPI": "UPI",
    "QUEUED": "Being drawn",
}
"""What people read for a code, where it is not the code itself in plain letters."""

TONES: Mapping[str, str] = {
    **dict.fromkeys(("PAID", "APPROVED", "ACTIVE", "CLOSED", "RENDERED", "RESOLVED", "SENT"), "good"),
    **dict.fromkeys(("UNPAID", "PENDING", "LOGGED", "OPEN", "QUEUED", "PARTIALLY_PAID", "CLOSING"), "waiting"),
    **dict.fromkeys(("FAILED", "REJECTED", "EXPIRED", "REVERSED", "BLOCKED"), "bad"),
}
"""The colour of a status; its word stands beside it always."""


def words(code: str) -> str:
    return CODES.get(code) or code.replace("_", " ").capitalize()


def counted(number: int, one: str) -> str:
    """With the noun in the number that it has then; `one` makes its plural with an s."""
    return f"{number} {one}" if number == 1 else f"{number} {one}s"


def tone(code: str) -> str:
    return TONES.get(code, "plain")


class Writing:
    """The filters that templates have; each takes what the graph answered, and None for nothing."""

    def __init__(self, locale: str, zone: ZoneInfo) -> None:
        self._locale = Locale.parse(locale)
        self._zone = zone

    @property
    def filters(self) -> Mapping[str, Callable[..., str]]:
        return {
            "words": words,
            "tone": tone,
            "day": self.day,
            "instant": self.instant,
            "moment": self.moment,
            "clock": self.clock,
            "weekday": self.weekday,
            "month": self.month,
            "short_month": self.short_month,
            "month_name": self.month_name,
        }

    def day(self, value: str | None) -> str:
        """Of a date, or of an instant on the organisation's wall calendar."""
        return format_date(self._date(value), "medium", self._locale) if value else NOTHING

    def weekday(self, value: str | None) -> str:
        return format_date(self._date(value), "EEE", self._locale) if value else NOTHING

    def clock(self, value: str | None) -> str:
        return format_time(self._local(value), "short", locale=self._locale) if value else NOTHING

    def moment(self, value: str | None) -> str:
        return f"{self.day(value)}, {self.clock(value)}" if value else NOTHING

    def instant(self, value: str | None) -> str:
        """For <time datetime>."""
        return self._local(value).isoformat() if value else ""

    def month(self, value: str | None) -> str:
        return format_date(Month.parse(value).first_day, "LLLL y", self._locale) if value else NOTHING

    def short_month(self, value: str | None) -> str:
        return format_date(Month.parse(value).first_day, "LLL y", self._locale) if value else NOTHING

    def month_name(self, value: str) -> str:
        """For the many of a chart, beside words that say the year."""
        return format_date(Month.parse(value).first_day, "LLL", self._locale)

    def _date(self, value: str) -> date:
        return date.fromisoformat(value) if len(value) == len("2026-10-31") else self._local(value).date()

    def _local(self, value: str) -> datetime:
        return datetime.fromisoformat(value).astimezone(self._zone)
