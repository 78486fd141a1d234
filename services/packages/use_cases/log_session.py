"""A lesson was taught, or will be: it waits for its approval."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from services.packages.domain.coverage import TaughtSession
from services.packages.domain.people import PersonKind, check_external_ref
from services.packages.domain.sale import check_price
from services.packages.domain.sessions import check_duration, check_start
from services.packages.sql.people import person_of
from services.packages.sql.sessions import insert_session
from services.packages.work import PackagesWork
from shared.database.database import Transaction
from shared.errors import NotFound
from shared.ids import new_id
from shared.money import Money
from shared.mutations.idempotency import content_digest


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSession:
    child_id: UUID
    tutor_id: UUID
    starts_at: datetime
    duration_minutes: int
    billed_as_addon: bool = False
    addon_price: Money | None = None
    external_ref: str | None = None


async def log_session(work: PackagesWork, new: NewSession, by: str) -> UUID:
    """The same external reference with the same content returns the session that came first.

    Raises InvalidInput, NotFound for an unknown child or tutor, ExternalRefReused.
    """
    async with work.database.transaction() as transaction:
        return await store_session(work, transaction, new, by)


async def store_session(work: PackagesWork, transaction: Transaction, new: NewSession, by: str) -> UUID:
    """The same, as part of a transaction that somebody else commits."""
    new = _checked(work, new)
    child = await person_of(transaction, new.child_id, PersonKind.CHILD)
    if child.parent_id is None:
        raise NotFound(f"child {new.child_id} has no parent")
    await person_of(transaction, new.tutor_id, PersonKind.TUTOR)
    session = _taught(work, new, child.parent_id)
    first = await insert_session(
        transaction,
        session,
        currency=work.organisation.currency,
        external_ref=new.external_ref,
        content_sha256=content_digest(new),
        now=work.clock.now(),
        by=by,
    )
    return first or session.id


def _checked(work: PackagesWork, new: NewSession) -> NewSession:
    if new.addon_price is not None:
        check_price(new.addon_price, work.organisation.currency)
    check_duration(new.duration_minutes)
    return replace(new, starts_at=check_start(new.starts_at), external_ref=check_external_ref(new.external_ref))


def _taught(work: PackagesWork, new: NewSession, parent_id: UUID) -> TaughtSession:
    return TaughtSession(
        id=new_id(),
        parent_id=parent_id,
        child_id=new.child_id,
        tutor_id=new.tutor_id,
        starts_at=new.starts_at,
        local_date=work.organisation.date_of(new.starts_at),
        duration_minutes=new.duration_minutes,
        billed_as_addon=new.billed_as_addon,
        addon_price=new.addon_price,
    )
