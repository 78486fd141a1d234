"""Approving sessions: coverage, deduction, alert and event, all or nothing.

A batch is one transaction with the results of one by one. Families do not touch each other's lots, so each is
approved by itself, in order of session start.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from uuid import UUID

import msgspec

from services.packages.domain.alerts import Change
from services.packages.domain.approval import Approval, approve_in_order
from services.packages.domain.coverage import TaughtSession
from services.packages.domain.ledger import Movement, MovementKind
from services.packages.domain.sessions import SessionAction, SessionStatus, status_after
from services.packages.sql.families import new_movements, read_families_and_hold_months, saved_lots
from services.packages.sql.periods import join_months
from services.packages.sql.sessions import StoredSession, lock_sessions, new_coverages, new_status
from services.packages.use_cases.settle_alerts import settle_alerts
from services.packages.work import PackagesWork
from shared.contracts.packages import SessionApproved
from shared.database.database import Transaction
from shared.errors import InvalidInput, NotFound, Refusal
from shared.ids import new_id
from shared.mutations.idempotency import claim_key

LARGEST_BATCH = 1_000


class ApprovalOutcome(msgspec.Struct, frozen=True, gc=False):
    """`refusal` is None for a session that is approved, now or before."""

    session_id: UUID
    refusal: Refusal | None


@dataclass(frozen=True, slots=True)
class NewApprovals:
    session_ids: Sequence[UUID]


async def approve_session(work: PackagesWork, session_id: UUID, idempotency_key: str | None, by: str) -> None:
    """Approving again changes nothing. Raises NotFound, SessionNotApprovable, IdempotencyKeyReused."""
    now = work.clock.now()
    async with work.database.transaction(by_keys=True) as transaction:
        if await claim_key(transaction, idempotency_key, NewApprovals([session_id]), session_id, now) is None:
            (outcome,) = await _approve_all(work, transaction, [session_id], now, by)
            if outcome.refusal is not None:
                raise outcome.refusal


async def approve_sessions(
    work: PackagesWork, session_ids: Sequence[UUID], idempotency_key: str | None, by: str
) -> list[ApprovalOutcome]:
    """Each session's outcome, in order of session start; unknown ones last. A refused one hinders no other.

    The same again reports the sessions as they are now. Raises InvalidInput, IdempotencyKeyReused.
    """
    if len(session_ids) > LARGEST_BATCH:
        raise InvalidInput(f"at most {LARGEST_BATCH} sessions at once, not {len(session_ids)}")
    wanted = list(dict.fromkeys(session_ids))
    now = work.clock.now()
    async with work.database.transaction(by_keys=True) as transaction:
        await claim_key(transaction, idempotency_key, NewApprovals(wanted), new_id(), now)
        return await _approve_all(work, transaction, wanted, now, by)


async def _approve_all(
    work: PackagesWork, transaction: Transaction, wanted: Sequence[UUID], now: datetime, by: str
) -> list[ApprovalOutcome]:
    found = await lock_sessions(transaction, wanted, work.organisation)
    logged = [one for one in found.values() if one.status is SessionStatus.LOGGED]
    if logged:
        await _approve(work, transaction, logged, now, by)
    return _outcomes(wanted, found)


async def _approve(
    work: PackagesWork, transaction: Transaction, sessions: Sequence[StoredSession], now: datetime, by: str
) -> None:
    expected = {one.month for one in sessions}
    parents = {one.taught.parent_id for one in sessions}
    families, held = await read_families_and_hold_months(transaction, parents, expected)
    months = {month: month for month in expected} if held else await join_months(transaction, expected)
    written = {own: str(month) for own, month in months.items()}
    by_family = {
        parent_id: approve_in_order(theirs, families[parent_id].lots.values(), work.organisation, now)
        for parent_id, theirs in groupby(sorted((one.taught for one in sessions), key=_by_parent), key=_by_parent)
    }
    approvals = [approval for family in by_family.values() for approval in family.approvals]
    joined = {one.taught.id: written[one.month] for one in sessions}
    billed = [(approval, joined[approval.session.id]) for approval in approvals]
    await transaction.write(
        new_status([one.session.id for one in approvals], SessionStatus.APPROVED),
        new_coverages(billed, now, by),
        saved_lots([lot for family in by_family.values() for lot in family.changed]),
        new_movements(_deductions(approvals), now, by),
        work.outbox.staging(transaction, [_approved(approval, month, now) for approval, month in billed], now),
    )
    standings = [(families[parent_id], outcome.standings) for parent_id, outcome in by_family.items()]
    await settle_alerts(work, transaction, standings, Change.TAKEN, now)


def _by_parent(session: TaughtSession) -> UUID:
    return session.parent_id


def _deductions(approvals: Iterable[Approval]) -> list[Movement]:
    return [
        Movement(
            package_id=approval.coverage.lot.id, kind=MovementKind.USED, sessions=-1, session_id=approval.session.id
        )
        for approval in approvals
        if approval.coverage.lot is not None
    ]


def _approved(approval: Approval, month: str, now: datetime) -> SessionApproved:
    session, coverage = approval.session, approval.coverage
    return SessionApproved(
        session_id=session.id,
        parent_id=session.parent_id,
        child_id=session.child_id,
        tutor_id=session.tutor_id,
        starts_at=session.starts_at,
        session_date=session.local_date,
        duration_minutes=session.duration_minutes,
        coverage=coverage.kind.value,
        package_id=coverage.lot.id if coverage.lot else None,
        price_minor=coverage.price.minor,
        currency=coverage.price.currency,
        month=month,
        approved_at=now,
    )


def _outcomes(wanted: Iterable[UUID], found: dict[UUID, StoredSession]) -> list[ApprovalOutcome]:
    started = sorted(found.items(), key=lambda item: (item[1].taught.starts_at, item[0]))
    outcomes = [ApprovalOutcome(id_, _refusal(stored)) for id_, stored in started]
    unknown = [ApprovalOutcome(id_, NotFound(f"no session {id_}")) for id_ in wanted if id_ not in found]
    return outcomes + unknown


def _refusal(stored: StoredSession) -> Refusal | None:
    if stored.status is SessionStatus.APPROVED:
        return None
    try:
        status_after(stored.status, SessionAction.APPROVE)
    except Refusal as refusal:
        return refusal
    return None
