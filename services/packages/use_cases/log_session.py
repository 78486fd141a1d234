"""A lesson was taught, or will be: it waits for its approval."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from services.packages.domain.coverage import TaughtSession
from services.packages.domain.organisation import Organisation
from services.packages.domain.people import PersonKind
from services.packages.domain.references import check_external_ref
from services.packages.domain.sale import check_price
from services.packages.domain.sessions import check_duration, check_start
from services.packages.sql.people import person_of
from services.packages.sql.sessions import NewSessionRow, insert_sessions, sessions_by_ref
from services.packages.work import PackagesWork
from shared.errors import NotFound
from shared.ids import new_id
from shared.money import Money
from shared.mutations.audit import record_audit
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
    now = work.clock.now()
    new = checked(new, work.organisation)
    async with work.database.transaction() as transaction:
        child = await person_of(transaction, new.child_id, PersonKind.CHILD)
        if child.parent_id is None:
            raise NotFound(f"child {new.child_id} has no parent")
        await person_of(transaction, new.tutor_id, PersonKind.TUTOR)
        row = new_row(new, child.parent_id, work.organisation)
        await insert_sessions(transaction, [row], work.organisation.currency, now, by)
        if row.external_ref is not None:
            first = (await sessions_by_ref(transaction, [row.key]))[row.key]
            if first.confirm(row.external_ref, row.content_sha256) != row.taught.id:
                return first.id
        if new.addon_price is not None:
            await record_audit(transaction, "LOG_SESSION", row.taught.id, None, now, by, new.addon_price)
    return row.taught.id


def checked(new: NewSession, organisation: Organisation) -> NewSession:
    """Raises InvalidInput for a session that cannot have been."""
    if new.addon_price is not None:
        check_price(new.addon_price, organisation.currency)
    check_duration(new.duration_minutes)
    if new.external_ref is not None:
        check_external_ref(new.external_ref)
    return replace(new, starts_at=check_start(new.starts_at))


def new_row(new: NewSession, parent_id: UUID, organisation: Organisation) -> NewSessionRow:
    taught = TaughtSession(
        id=new_id(),
        parent_id=parent_id,
        child_id=new.child_id,
        tutor_id=new.tutor_id,
        starts_at=new.starts_at,
        local_date=organisation.date_of(new.starts_at),
        duration_minutes=new.duration_minutes,
        billed_as_addon=new.billed_as_addon,
        addon_price=new.addon_price,
    )
    return NewSessionRow(taught, new.external_ref, content_digest(new))
