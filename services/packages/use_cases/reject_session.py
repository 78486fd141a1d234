"""A logged session that nobody shall pay for."""

from dataclasses import dataclass
from uuid import UUID

from services.packages.domain.reason import check_reason
from services.packages.domain.sessions import SessionAction, SessionStatus, status_after
from services.packages.sql.sessions import lock_session, new_status
from services.packages.work import PackagesWork
from shared.mutations.audit import record_audit
from shared.mutations.idempotency import claim_key


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRejection:
    session_id: UUID
    reason: str


async def reject_session(work: PackagesWork, new: NewRejection, idempotency_key: str | None, by: str) -> None:
    """Rejecting again changes nothing. Raises NotFound, InvalidInput, SessionNotRejectable, IdempotencyKeyReused."""
    reason = check_reason(new.reason)
    now = work.clock.now()
    async with work.database.transaction() as transaction:
        if await claim_key(transaction, idempotency_key, new, new.session_id, now) is not None:
            return
        stored = await lock_session(transaction, new.session_id, work.organisation)
        if stored.status is SessionStatus.REJECTED:
            return
        status = status_after(stored.status, SessionAction.REJECT)
        await transaction.write(new_status([new.session_id], status))
        await record_audit(transaction, "REJECT_SESSION", new.session_id, reason, now, by)
