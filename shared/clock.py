"""Where the present comes from. Domain code never asks: it is handed `now`."""

from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    def now(self) -> datetime:
        """The present in UTC."""


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


class TravellingClock:
    """A clock that can be sent to another instant and runs on from there; the demo and the tests travel with it."""

    def __init__(self, base: Clock | None = None) -> None:
        self._base = base or SystemClock()
        self._offset = timedelta()

    def now(self) -> datetime:
        return self._base.now() + self._offset

    def travel_to(self, instant: datetime) -> None:
        self._offset = instant - self._base.now()

    def come_home(self) -> None:
        self._offset = timedelta()
