"""Sessions, their coverage and their reversal."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.packages.domain.approval import Approval
from services.packages.domain.coverage import CoverageKind, TaughtSession
from services.packages.domain.errors import ExternalRefReused
from services.packages.domain.organisation import Organisation
from services.packages.domain.sessions import SessionStatus
from shared.database.database import Row, Transaction
from shared.errors import NotFound
from shared.ids import new_id
from shared.money import Money
from shared.period import Month

_INSERT = """
    INSERT INTO session (id, child_id, parent_id, tutor_id, starts_at, duration_minutes, billed_as_addon,
        addon_price_minor, currency, status, external_ref, content_sha256, logged_at, logged_by)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'LOGGED', $10, $11, $12, $13)
    ON CONFLICT DO NOTHING RETURNING id
"""
_BY_REF = "SELECT id, content_sha256 FROM session WHERE external_ref = $1"
_SESSIONS = """
    SELECT id, child_id, parent_id, tutor_id, starts_at, duration_minutes, billed_as_addon, addon_price_minor,
           currency, status
    FROM session WHERE id = ANY($1::uuid[])
"""
_PARENTS = "SELECT DISTINCT parent_id FROM session WHERE id = ANY($1::uuid[])"
_SET_STATUS = "UPDATE session SET status = $2 WHERE id = ANY($1::uuid[])"
_ADD_COVERAGE = """
    INSERT INTO coverage (id, session_id, kind, package_id, price_minor, currency, month, approved_at, approved_by)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
"""
_COVERAGE = "SELECT kind, package_id, month FROM coverage WHERE session_id = $1"
_ADD_REVERSAL = """
    INSERT INTO reversal (id, session_id, reason, month, reversed_at, reversed_by) VALUES ($1, $2, $3, $4, $5, $6)
"""


@dataclass(frozen=True, slots=True)
class StoredSession:
    status: SessionStatus
    taught: TaughtSession


@dataclass(frozen=True, slots=True)
class StoredCoverage:
    kind: CoverageKind
    package_id: UUID | None
    month: Month


async def insert_session(
    transaction: Transaction,
    session: TaughtSession,
    *,
    currency: str,
    external_ref: str | None,
    content_sha256: str,
    now: datetime,
    by: str,
) -> UUID | None:
    """None when the session is now stored; else the id of the one that came first with this reference and content.

    Raises ExternalRefReused when that one came with other content.
    """
    price_minor = None if session.addon_price is None else session.addon_price.minor
    taught = (session.id, session.child_id, session.parent_id, session.tutor_id, session.starts_at)
    billed = (session.duration_minutes, session.billed_as_addon, price_minor, currency)
    if await transaction.row(_INSERT, *taught, *billed, external_ref, content_sha256, now, by):
        return None
    first = await transaction.row(_BY_REF, external_ref)
    if first is None or first["content_sha256"] != content_sha256:
        raise ExternalRefReused(f"{external_ref} came before with other content", external_ref=external_ref)
    return UUID(str(first["id"]))


async def parents_of(transaction: Transaction, session_ids: Collection[UUID]) -> list[UUID]:
    return [row["parent_id"] for row in await transaction.rows(_PARENTS, list(session_ids))]


async def parent_of(transaction: Transaction, session_id: UUID) -> UUID:
    """Raises NotFound when there is no such session."""
    parents = await parents_of(transaction, [session_id])
    if not parents:
        raise NotFound(f"no session {session_id}")
    return parents[0]


async def sessions_of(
    transaction: Transaction, session_ids: Collection[UUID], organisation: Organisation
) -> dict[UUID, StoredSession]:
    rows = await transaction.rows(_SESSIONS, list(session_ids))
    return {row["id"]: StoredSession(SessionStatus(row["status"]), _taught(row, organisation)) for row in rows}


def _taught(row: Row, organisation: Organisation) -> TaughtSession:
    price_minor = row["addon_price_minor"]
    return TaughtSession(
        id=row["id"],
        parent_id=row["parent_id"],
        child_id=row["child_id"],
        tutor_id=row["tutor_id"],
        starts_at=row["starts_at"],
        local_date=organisation.date_of(row["starts_at"]),
        duration_minutes=row["duration_minutes"],
        billed_as_addon=bool(row["billed_as_addon"]),
        addon_price=None if price_minor is None else Money(price_minor, row["currency"]),
    )


async def set_status(transaction: Transaction, session_ids: Collection[UUID], status: SessionStatus) -> None:
    await transaction.execute(_SET_STATUS, list(session_ids), status)


async def store_coverages(
    transaction: Transaction, approvals: Iterable[tuple[Approval, Month]], now: datetime, by: str
) -> None:
    rows = [
        (
            new_id(),
            approval.session.id,
            approval.coverage.kind,
            approval.coverage.lot.id if approval.coverage.lot else None,
            approval.coverage.price.minor,
            approval.coverage.price.currency,
            str(month),
            now,
            by,
        )
        for approval, month in approvals
    ]
    await transaction.execute_many(_ADD_COVERAGE, rows)


async def coverage_of(transaction: Transaction, session_id: UUID) -> StoredCoverage:
    """Of a session that has been approved."""
    row = await transaction.row(_COVERAGE, session_id)
    if row is None:
        raise RuntimeError(f"approved session {session_id} has no coverage")
    return StoredCoverage(CoverageKind(row["kind"]), row["package_id"], Month.parse(row["month"]))


async def store_reversal(
    transaction: Transaction, session_id: UUID, reason: str, month: Month, now: datetime, by: str
) -> None:
    await transaction.execute(_ADD_REVERSAL, new_id(), session_id, reason, str(month), now, by)
