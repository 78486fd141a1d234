"""Selling a package: the lot, its first movement, the cycle that charges it."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from services.packages.domain.alerts import Change, standing_of
from services.packages.domain.ledger import Movement, MovementKind
from services.packages.domain.lots import Lot
from services.packages.domain.people import PersonKind
from services.packages.domain.reason import check_reason
from services.packages.domain.sale import Discount, Sale, SaleRequest, agree_sale
from services.packages.sql.families import insert_lot, lock_family, new_movements
from services.packages.sql.offers import offer_of
from services.packages.sql.people import person_of
from services.packages.sql.periods import join_month
from services.packages.use_cases.settle_alerts import settle_alert
from services.packages.work import PackagesWork
from shared.contracts.packages import PackagePurchased
from shared.database.database import Transaction
from shared.errors import InvalidInput
from shared.ids import new_id
from shared.money import Money
from shared.mutations.audit import record_audit
from shared.mutations.idempotency import claim_key
from shared.period import Month


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPackage:
    """Either an offer, or a size with a price or as goodwill. `reason` is for the audit trail."""

    parent_id: UUID
    child_id: UUID | None = None
    offer_id: UUID | None = None
    total_sessions: int | None = None
    price_per_session: Money | None = None
    discount: Discount | None = None
    expires_on: date | None = None
    goodwill: bool = False
    reason: str | None = None


async def create_package(work: PackagesWork, new: NewPackage, idempotency_key: str | None, by: str) -> UUID:
    """Raises InvalidInput, NotFound, PackageExpired, IdempotencyKeyReused."""
    reason = None if new.reason is None else check_reason(new.reason)
    now = work.clock.now()
    package_id = new_id()
    async with work.database.transaction() as transaction:
        first = await claim_key(transaction, idempotency_key, new, package_id, now)
        if first is not None:
            return first
        family = await lock_family(transaction, new.parent_id)
        await _check_child(transaction, new)
        sale = await _agree(work, transaction, new, now)
        month = await join_month(transaction, Month.of(work.organisation.date_of(now)))
        lot = _lot(package_id, new, sale, now)
        bought = _bought(work, new, lot, sale, month)
        await insert_lot(transaction, bought, new.offer_id)
        purchased = Movement(package_id=package_id, kind=MovementKind.PURCHASED, sessions=lot.total_sessions)
        await transaction.write(new_movements([purchased], now, by), work.outbox.staging(transaction, [bought], now))
        await record_audit(transaction, "CREATE_PACKAGE", package_id, reason, now, by, sale.cost)
        standing = standing_of([*family.lots.values(), lot], bought.purchased_on)
        await settle_alert(work, transaction, family, standing, Change.GIVEN, now)
    return package_id


async def _check_child(transaction: Transaction, new: NewPackage) -> None:
    if new.child_id is not None:
        child = await person_of(transaction, new.child_id, PersonKind.CHILD)
        if child.parent_id != new.parent_id:
            raise InvalidInput(f"child {new.child_id} is of another family")


async def _agree(work: PackagesWork, transaction: Transaction, new: NewPackage, now: datetime) -> Sale:
    request = SaleRequest(
        offer=None if new.offer_id is None else await offer_of(transaction, new.offer_id),
        total_sessions=new.total_sessions,
        price_per_session=new.price_per_session,
        discount=new.discount,
        expires_on=new.expires_on,
        goodwill=new.goodwill,
    )
    return agree_sale(request, work.organisation.currency, work.organisation.date_of(now))


def _lot(package_id: UUID, new: NewPackage, sale: Sale, now: datetime) -> Lot:
    return Lot(
        id=package_id,
        child_id=new.child_id,
        total_sessions=sale.total_sessions,
        used_sessions=0,
        expired_sessions=0,
        price_per_session=sale.price_per_session,
        goodwill=new.goodwill,
        purchased_at=now,
        expires_on=sale.expires_on,
        last_used_at=None,
    )


def _bought(work: PackagesWork, new: NewPackage, lot: Lot, sale: Sale, month: Month) -> PackagePurchased:
    return PackagePurchased(
        package_id=lot.id,
        parent_id=new.parent_id,
        child_id=lot.child_id,
        total_sessions=lot.total_sessions,
        price_per_session_minor=lot.price_per_session.minor,
        discount_minor=sale.discount_minor,
        currency=lot.price_per_session.currency,
        goodwill=lot.goodwill,
        purchased_at=lot.purchased_at,
        purchased_on=work.organisation.date_of(lot.purchased_at),
        expires_on=lot.expires_on,
        month=str(month),
    )
