"""Hours in which nobody wants to hear a telephone."""

import re
from dataclasses import dataclass
from datetime import time


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From `start` until `end` on the organisation's clock; across midnight when they end before they start."""

    start: time
    end: time

    @classmethod
    def parse(cls, text: str) -> "QuietHours":
        """Reads "21:30-08:00". Raises ValueError for anything else, and for hours that have no length."""
        start, dash, end = (part.strip() for part in text.partition("-"))
        if not dash:
            raise ValueError(f"not like 21:30-08:00: {text[:32]!r}")
        hours = cls(_time(start), _time(end))
        if hours.start == hours.end:
            raise ValueError("quiet hours that end when they start")
        return hours

    def hold(self, now: time) -> bool:
        if self.start < self.end:
            return self.start <= now < self.end
        return now >= self.start or now < self.end


def _time(text: str) -> time:
    if not re.fullmatch("[0-9]{2}:[0-9]{2}", text):
        raise ValueError(f"not a time of the day: {text[:16]!r}")
    return time.fromisoformat(text)
