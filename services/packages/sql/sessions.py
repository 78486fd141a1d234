"""Sessions, their coverage and their reversal."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec

from services.packages.domain.approval import Approval
from services.packages.domain.billing_month import billing_month
from services.packages.domain.coverage import CoverageKind, TaughtSession
from services.packages.domain.imports import Key
from services.packages.domain.organisation import Organisation
from services.packages.domain.references import FirstCome
from services.packages.domain.sessions import SessionStatus
from shared.database.database import Statements, Transaction
from shared.database.row import Row
from shared.database.writing import Writing
from shared.errors import NotFound
from shared.ids import new_id
from shared.money import Money
from shared.period import Month

_INSERT = """
    INSERT INTO session (id, child_id, parent_id, tutor_id, starts_at, duration_minutes, billed_as_addon,
        addon_price_minor, currency, status, external_ref, content_sha256, logged_at, logged_by)
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::timestamptz[], $6::int[], $7::bool[],
        $8::bigint[], $9::varchar[], $10::varchar[], $11::varchar[], $12::varchar[], $13::timestamptz[], $14::varchar[])
    ON CONFLICT DO NOTHING
"""
_BY_REF = "SELECT id, external_ref, content_sha256 FROM session WHERE external_ref = ANY($1::varchar[])"
_LOCK = """
    SELECT s.id, s.child_id, s.parent_id, s.tutor_id, s.starts_at, s.duration_minutes, s.billed_as_addon,
           s.addon_price_minor, s.currency, s.status,
           (SELECT max(month) FROM period WHERE sealed_at IS NOT NULL) AS last_sealed
    FROM session s JOIN person p ON p.id = s.parent_id
    WHERE s.id = ANY($1::uuid[]) ORDER BY s.parent_id, s.id FOR NO KEY UPDATE OF p, s
"""
_SET_STATUS = """
    WITH changed (id, status) AS (SELECT * FROM unnest($1::uuid[], $2::varchar[]))
    UPDATE session SET status = changed.status FROM changed WHERE session.id = changed.id
"""
_ADD_COVERAGES = """
    INSERT INTO coverage (id, session_id, kind, package_id, price_minor, currency, month, approved_at, approved_by)
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::varchar[], $4::uuid[], $5::bigint[], $6::varchar[],
                         $7::varchar[], $8::timestamptz[], $9::varchar[])
"""
_COVERAGE = "SELECT kind, package_id, month FROM coverage WHERE session_id = $1"
_ADD_REVERSAL = """
    INSERT INTO reversal (id, session_id, reason, month, reversed_at, reversed_by)
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::varchar[], $4::varchar[], $5::timestamptz[], $6::varchar[])
"""


class StoredSession(msgspec.Struct, frozen=True, gc=False):
    """`month` is the billing month that its approval would join, unless a seal comes first."""

    status: SessionStatus
    taught: TaughtSession
    month: Month


@dataclass(frozen=True, slots=True)
class StoredCoverage:
    kind: CoverageKind
    package_id: UUID | None
    month: Month


@dataclass(frozen=True, slots=True)
class NewSessionRow:
    taught: TaughtSession
    external_ref: str | None
    content_sha256: str

    @property
    def id(self) -> UUID:
        return self.taught.id

    @property
    def key(self) -> Key:
        return "SESSION", self.external_ref or ""


async def insert_sessions(
    transaction: Transaction, sessions: Iterable[NewSessionRow], currency: str, now: datetime, by: str
) -> None:
    """A reference that is stored already keeps its row: `sessions_by_ref` tells which that is."""
    rows = [
        (
            *(s.id, s.child_id, s.parent_id, s.tutor_id, s.starts_at, s.duration_minutes, s.billed_as_addon),
            None if s.addon_price is None else s.addon_price.minor,
            *(currency, SessionStatus.LOGGED, new.external_ref, new.content_sha256, now, by),
        )
        for new in sorted(sessions, key=lambda new: new.external_ref or "")  # two imports wait in no circle
        for s in [new.taught]
    ]
    await transaction.execute_set(_INSERT, rows)


async def sessions_by_ref(statements: Statements, keys: Iterable[Key]) -> dict[Key, FirstCome]:
    rows = await statements.rows(_BY_REF, [ref for _, ref in keys])
    return {("SESSION", row["external_ref"]): FirstCome(row["id"], row["content_sha256"]) for row in rows}


async def lock_sessions(
    transaction: Transaction, session_ids: Collection[UUID], organisation: Organisation
) -> dict[UUID, StoredSession]:
    """Those that exist; until the end of the transaction nobody else changes them, nor anything of their families.

    Each session is locked after its parent, which keeps everybody else out, so that a status is read which somebody
    wrote while this waited for the parent.
    """
    rows = await transaction.rows(_LOCK, list(session_ids))
    return {row["id"]: _stored(row, organisation) for row in rows}


async def lock_session(transaction: Transaction, session_id: UUID, organisation: Organisation) -> StoredSession:
    """Raises NotFound when there is no such session."""
    found = await lock_sessions(transaction, [session_id], organisation)
    if session_id not in found:
        raise NotFound(f"no session {session_id}")
    return found[session_id]


def _stored(row: Row, organisation: Organisation) -> StoredSession:
    taught = _taught(row, organisation)
    last_sealed = row["last_sealed"] and Month.parse(row["last_sealed"])
    return StoredSession(SessionStatus(row["status"]), taught, billing_month(Month.of(taught.local_date), last_sealed))


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


def new_status(session_ids: Iterable[UUID], status: SessionStatus) -> Writing:
    return Writing(_SET_STATUS, [(id_, status) for id_ in session_ids])


def new_coverages(approvals: Iterable[tuple[Approval, str]], now: datetime, by: str) -> Writing:
    """Approvals with the month, written out, that bills each."""
    rows = [
        (
            new_id(),
            approval.session.id,
            approval.coverage.kind,
            approval.coverage.lot.id if approval.coverage.lot else None,
            approval.coverage.price.minor,
            approval.coverage.price.currency,
            month,
            now,
            by,
        )
        for approval, month in approvals
    ]
    return Writing(_ADD_COVERAGES, rows)


async def coverage_of(transaction: Transaction, session_id: UUID) -> StoredCoverage:
    """Of a session that has been approved."""
    row = await transaction.row(_COVERAGE, session_id)
    if row is None:
        raise RuntimeError(f"approved session {session_id} has no coverage")
    return StoredCoverage(CoverageKind(row["kind"]), row["package_id"], Month.parse(row["month"]))


def new_reversal(session_id: UUID, reason: str, month: Month, now: datetime, by: str) -> Writing:
    return Writing(_ADD_REVERSAL, [(new_id(), session_id, reason, str(month), now, by)])
