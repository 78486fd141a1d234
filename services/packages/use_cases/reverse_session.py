"""Taking an approval back: the session returns to the lot it came from, and billing hears of it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.packages.domain.alerts import Change, standing_of
from services.packages.domain.coverage import TaughtSession
from services.packages.domain.ledger import Movement, MovementKind
from services.packages.domain.reason import check_reason
from services.packages.domain.sessions import SessionAction, status_after
from services.packages.sql.families import new_movements, read_families, saved_lots
from services.packages.sql.periods import join_month
from services.packages.sql.sessions import StoredCoverage, coverage_of, lock_session, new_reversal, new_status
from services.packages.use_cases.renew_package import news_of
from services.packages.use_cases.settle_alerts import settle_alert
from services.packages.work import PackagesWork
from shared.contracts.packages import SessionReversed
from shared.database.database import Transaction
from shared.mutations.idempotency import claim_key
from shared.period import Month


@dataclass(frozen=True, slots=True, kw_only=True)
class NewReversal:
    session_id: UUID
    reason: str


async def reverse_session(work: PackagesWork, new: NewReversal, idempotency_key: str | None, by: str) -> UUID:
    """Raises NotFound, InvalidInput, SessionNotReversible, IdempotencyKeyReused."""
    reason = check_reason(new.reason)
    now = work.clock.now()
    async with work.database.transaction() as transaction:
        first = await claim_key(transaction, idempotency_key, new, new.session_id, now)
        if first is not None:
            return first
        stored = await lock_session(transaction, new.session_id, work.organisation)
        status = status_after(stored.status, SessionAction.REVERSE)
        coverage = await coverage_of(transaction, new.session_id)
        month = await join_month(transaction, coverage.month)
        told = _reversed(stored.taught, coverage, reason, month, now)
        await transaction.write(
            new_status([new.session_id], status),
            new_reversal(new.session_id, reason, month, now, by),
            work.outbox.staging(transaction, [told], now),
        )
        await _return(work, transaction, told, by)
    return new.session_id


async def _return(work: PackagesWork, transaction: Transaction, told: SessionReversed, by: str) -> None:
    """Nothing returns where no lot had paid."""
    if told.package_id is None:
        return
    family = (await read_families(transaction, [told.parent_id]))[told.parent_id]
    today = work.organisation.date_of(told.reversed_at)
    before = family.lots[told.package_id]
    lot = before.take_back(today)
    returned = Movement(
        package_id=lot.id,
        kind=MovementKind.RETURNED,
        sessions=1,
        session_id=told.session_id,
        reason=told.reason,
    )
    await transaction.write(
        saved_lots([lot]),
        new_movements([returned], told.reversed_at, by),
        work.outbox.staging(transaction, news_of(told.parent_id, before, lot, told.reversed_at), told.reversed_at),
    )
    standing = standing_of((family.lots | {lot.id: lot}).values(), today)
    await settle_alert(work, transaction, family, standing, Change.GIVEN, told.reversed_at)


def _reversed(
    session: TaughtSession, coverage: StoredCoverage, reason: str, month: Month, now: datetime
) -> SessionReversed:
    return SessionReversed(
        session_id=session.id,
        parent_id=session.parent_id,
        child_id=session.child_id,
        tutor_id=session.tutor_id,
        package_id=coverage.package_id,
        reason=reason,
        month=str(month),
        reversed_at=now,
    )
