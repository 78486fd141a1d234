"""Which of a parent's lots a statement shows."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from shared.period import Month


@dataclass(frozen=True, slots=True, kw_only=True)
class Lot:
    """A package as it stood at the end of a month: `used_sessions` by then, `used_before` it, `used_within` it."""

    package_id: UUID
    child_id: UUID | None
    purchased_on: date
    charged_in: Month
    expires_on: date | None
    total_sessions: int
    used_sessions: int
    used_before: int
    used_within: int

    def is_shown_in(self, month: Month) -> bool:
        """Bought or used in the month, or at its start neither exhausted nor past the last valid day."""
        exhausted = self.used_before >= self.total_sessions
        expired = self.expires_on is not None and self.expires_on < month.first_day
        return self.charged_in == month or self.used_within > 0 or not (exhausted or expired)
