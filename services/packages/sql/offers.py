"""The price list."""

from datetime import datetime
from uuid import UUID

from services.packages.domain.sale import Offer
from shared.database.database import Transaction
from shared.errors import NotFound
from shared.money import Money

_INSERT = """
    INSERT INTO package_offer
        (id, name, total_sessions, price_per_session_minor, currency, validity_days, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
"""
_OFFER = """
    SELECT id, total_sessions, price_per_session_minor, currency, validity_days, withdrawn_at FROM package_offer
    WHERE id = $1
"""
_WITHDRAW = "UPDATE package_offer SET withdrawn_at = $2 WHERE id = $1 AND withdrawn_at IS NULL RETURNING id"


async def insert_offer(
    transaction: Transaction,
    offer_id: UUID,
    *,
    name: str,
    total_sessions: int,
    price: Money,
    validity_days: int | None,
    now: datetime,
) -> None:
    await transaction.execute(_INSERT, offer_id, name, total_sessions, price.minor, price.currency, validity_days, now)


async def offer_of(transaction: Transaction, offer_id: UUID) -> Offer:
    """Raises NotFound."""
    row = await transaction.row(_OFFER, offer_id)
    if row is None:
        raise NotFound(f"no package offer {offer_id}")
    return Offer(
        id=row["id"],
        total_sessions=row["total_sessions"],
        price_per_session=Money(row["price_per_session_minor"], row["currency"]),
        validity_days=row["validity_days"],
        is_withdrawn=row["withdrawn_at"] is not None,
    )


async def withdraw_offer(transaction: Transaction, offer_id: UUID, now: datetime) -> bool:
    """Whether it was on the price list until now."""
    return await transaction.row(_WITHDRAW, offer_id, now) is not None
