"""A clock for tests in which nothing becomes due by itself."""

from datetime import datetime


class StillClock:
    """Shows an instant until it is set to another."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at
