"""A lot is a package as the rules see it: what is left of it, whether it is valid, and which one burns first.

The ledger counts: PURCHASED adds to `total_sessions`; USED and RETURNED move `used_sessions`; EXPIRED and
REINSTATED move `expired_sessions`. What remains is the ledger's sum.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from shared.money import Money

APPROVAL_GRACE = timedelta(days=7)
"""How long after the last valid day a session taught until then may still be approved onto the lot."""

RETURN_EXTENSION = timedelta(days=14)
"""What an expired lot is given when a session comes back to it."""


class PackageStatus(StrEnum):
    ACTIVE = "ACTIVE"
    EXHAUSTED = "EXHAUSTED"
    EXPIRED = "EXPIRED"


class Lot(Struct, frozen=True, kw_only=True, gc=False):
    """`child_id` is None for a family lot; `expires_on` is the last valid day, None for a lot that never expires."""

    id: UUID
    child_id: UUID | None
    total_sessions: int
    used_sessions: int
    expired_sessions: int
    price_per_session: Money
    goodwill: bool
    purchased_at: datetime
    expires_on: date | None
    last_used_at: datetime | None

    @property
    def remaining(self) -> int:
        return self.total_sessions - self.used_sessions - self.expired_sessions

    def status(self, today: date) -> PackageStatus:
        if self.used_sessions == self.total_sessions:
            return PackageStatus.EXHAUSTED
        if self.has_expired(today) or self.remaining == 0:
            return PackageStatus.EXPIRED
        return PackageStatus.ACTIVE

    def has_expired(self, today: date) -> bool:
        return self.expires_on is not None and self.expires_on < today

    def grace_is_over(self, today: date) -> bool:
        # Counted back from today: a last valid day may be the last of all calendars.
        return self.expires_on is not None and self.expires_on < today - APPROVAL_GRACE

    def covers(self, child_id: UUID, session_date: date, today: date) -> bool:
        """Whether a session of that date, approved today, may use this lot."""
        return (
            self.remaining > 0
            and self.child_id in (None, child_id)
            and not self.has_expired(session_date)
            and not self.grace_is_over(today)
        )

    def use(self, now: datetime) -> "Lot":
        return replace(self, used_sessions=self.used_sessions + 1, last_used_at=now)

    def take_back(self, today: date) -> "Lot":
        """The session returns to where it came from; a lot that has expired meanwhile lives on for a while."""
        expires_on = today + RETURN_EXTENSION if self.has_expired(today) else self.expires_on
        return replace(self, used_sessions=self.used_sessions - 1, expires_on=expires_on)

    def expire(self) -> "Lot":
        return replace(self, expired_sessions=self.total_sessions - self.used_sessions)

    def reinstate(self, expires_on: date | None) -> "Lot":
        return replace(self, expired_sessions=0, expires_on=expires_on)


def first_to_burn(lots: Iterable[Lot], child_id: UUID, session_date: date, today: date) -> Lot | None:
    """The lot that pays for the session: bound to the child before family, earlier expiry, earlier purchase, id."""
    eligible = (lot for lot in lots if lot.covers(child_id, session_date, today))
    return min(eligible, key=_burn_order, default=None)


def _burn_order(lot: Lot) -> tuple[bool, date, datetime, UUID]:
    return (lot.child_id is None, lot.expires_on or date.max, lot.purchased_at, lot.id)
