"""An entry of the price list."""

from dataclasses import dataclass
from uuid import UUID

from services.packages.domain.sale import check_price, check_size, check_validity
from services.packages.sql.offers import insert_offer
from services.packages.work import PackagesWork
from shared.ids import new_id
from shared.money import Money
from shared.mutations.audit import record_audit
from shared.mutations.idempotency import claim_key
from shared.text import one_line

LONGEST_NAME = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class NewOffer:
    """`validity_days` counts the day of the sale as the first; None never expires."""

    name: str | None
    total_sessions: int
    price_per_session: Money
    validity_days: int | None


async def create_package_offer(work: PackagesWork, new: NewOffer, idempotency_key: str | None, by: str) -> UUID:
    """Raises InvalidInput, IdempotencyKeyReused."""
    now = work.clock.now()
    offer_id = new_id()
    async with work.database.transaction() as transaction:
        first = await claim_key(transaction, idempotency_key, new, offer_id, now)
        if first is not None:
            return first
        await insert_offer(
            transaction,
            offer_id,
            name=_checked_name(new),
            total_sessions=check_size(new.total_sessions),
            price=check_price(new.price_per_session, work.organisation.currency),
            validity_days=check_validity(new.validity_days),
            now=now,
        )
        await record_audit(transaction, "CREATE_PACKAGE_OFFER", offer_id, None, now, by, new.price_per_session)
    return offer_id


def _checked_name(new: NewOffer) -> str:
    return one_line(new.name or f"{new.total_sessions} sessions", LONGEST_NAME, "an offer's name")
