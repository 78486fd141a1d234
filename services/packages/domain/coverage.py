"""How an approved session is paid for, and what its parent owes for it."""

from collections.abc import Iterable
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

import msgspec

from services.packages.domain.lots import Lot, first_to_burn
from shared.money import Money


class CoverageKind(StrEnum):
    PACKAGE = "PACKAGE"
    ADDON = "ADDON"
    OVERAGE = "OVERAGE"


class TaughtSession(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A session as it was logged; `local_date` is the date on the organisation's wall when it began."""

    id: UUID
    parent_id: UUID
    child_id: UUID
    tutor_id: UUID
    starts_at: datetime
    local_date: date
    duration_minutes: int
    billed_as_addon: bool
    addon_price: Money | None


class Coverage(msgspec.Struct, frozen=True, gc=False):
    """`lot` is the one that burns, before it does. `price` is what the parent owes: zero when a lot pays."""

    kind: CoverageKind
    lot: Lot | None
    price: Money


def decide_coverage(session: TaughtSession, lots: Iterable[Lot], default_price: Money, today: date) -> Coverage:
    """Never refuses: the tutor taught the session, so somebody pays for it."""
    if session.billed_as_addon:
        return Coverage(CoverageKind.ADDON, None, _price_without_lot(session, lots, default_price))
    lot = first_to_burn(lots, session.child_id, session.local_date, today)
    if lot is None:
        return Coverage(CoverageKind.OVERAGE, None, _price_without_lot(session, lots, default_price))
    return Coverage(CoverageKind.PACKAGE, lot, Money(0, default_price.currency))


def _price_without_lot(session: TaughtSession, lots: Iterable[Lot], default_price: Money) -> Money:
    """The session's own price, else the list price of the lot bought last, else the organisation's default.

    A goodwill lot has no price to go by.
    """
    if session.addon_price is not None:
        return session.addon_price
    sold = [lot for lot in lots if not lot.goodwill]
    if not sold:
        return default_price
    return max(sold, key=lambda lot: (lot.purchased_at, lot.id)).price_per_session
