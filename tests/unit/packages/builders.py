"""Lots and instants for the rules' tests."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from services.packages.domain.coverage import TaughtSession
from services.packages.domain.lots import Lot
from shared.money import Money

TODAY = date(2026, 10, 15)
NOON = datetime(2026, 10, 15, 6, 30, tzinfo=UTC)
IRA = UUID(int=101)
DEV = UUID(int=102)


def rupees(amount: int) -> Money:
    return Money(amount * 100, "INR")


def lot(number: int = 1, **changes: Any) -> Lot:
    """A family lot of ten sessions at 500, bought on the number-th of September, unused, that never expires."""
    fields: dict[str, Any] = {
        "id": UUID(int=number),
        "child_id": None,
        "total_sessions": 10,
        "used_sessions": 0,
        "expired_sessions": 0,
        "price_per_session": rupees(500),
        "goodwill": False,
        "purchased_at": datetime(2026, 9, number, tzinfo=UTC),
        "expires_on": None,
        "last_used_at": None,
    }
    return Lot(**(fields | changes))


def session(number: int = 1, **changes: Any) -> TaughtSession:
    """An hour with Ira, starting number - 1 hours after noon today."""
    fields: dict[str, Any] = {
        "id": UUID(int=1000 + number),
        "parent_id": UUID(int=100),
        "child_id": IRA,
        "tutor_id": UUID(int=200),
        "starts_at": NOON + timedelta(hours=number - 1),
        "local_date": TODAY,
        "duration_minutes": 60,
        "billed_as_addon": False,
        "addon_price": None,
    }
    return TaughtSession(**(fields | changes))
