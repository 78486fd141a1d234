"""A logged session that nobody shall pay for."""

from uuid import UUID

from services.packages.domain.reason import check_reason
from services.packages.domain.sessions import SessionAction, SessionStatus, status_after
from services.packages.sql.sessions import lock_session, new_status
from services.packages.work import PackagesWork
from shared.mutations.audit import record_audit


async def reject_session(work: PackagesWork, session_id: UUID, reason: str, by: str) -> None:
    """Rejecting again changes nothing. Raises NotFound, InvalidInput, SessionNotRejectable."""
    reason = check_reason(reason)
    now = work.clock.now()
    async with work.database.transaction() as transaction:
        stored = await lock_session(transaction, session_id, work.organisation)
        if stored.status is SessionStatus.REJECTED:
            return
        status = status_after(stored.status, SessionAction.REJECT)
        await transaction.write(new_status([session_id], status))
        await record_audit(transaction, "REJECT_SESSION", session_id, reason, now, by)
