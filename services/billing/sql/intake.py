"""Entries from the packages service, kept as they come; one that is there already stays as it is."""

from collections.abc import Sequence
from uuid import UUID

from shared.contracts.packages import (
    PackagePurchased,
    PackageRenewed,
    PeriodSealed,
    SessionApproved,
    SessionReversed,
)
from shared.database.database import Statements, Transaction

_APPROVAL = """
INSERT INTO approval (session_id, parent_id, child_id, tutor_id, starts_at, session_date, duration_minutes, coverage,
                      package_id, price_minor, currency, month, approved_at)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::timestamptz[], $6::date[], $7::int[],
                     $8::varchar[], $9::uuid[], $10::bigint[], $11::varchar[], $12::varchar[], $13::timestamptz[])
ON CONFLICT DO NOTHING
"""

_REVERSAL = """
INSERT INTO reversal (session_id, parent_id, child_id, tutor_id, package_id, reason, month, reversed_at)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::text[], $7::varchar[],
                     $8::timestamptz[])
ON CONFLICT DO NOTHING
"""

_PURCHASE = """
INSERT INTO purchase (package_id, parent_id, child_id, total_sessions, price_per_session_minor, discount_minor,
                      currency, goodwill, purchased_at, purchased_on, expires_on, month)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::int[], $5::bigint[], $6::bigint[], $7::varchar[],
                     $8::bool[], $9::timestamptz[], $10::date[], $11::date[], $12::varchar[])
ON CONFLICT DO NOTHING
"""

_RENEWAL = """
INSERT INTO renewal (package_id, expires_on, renewed_at) VALUES ($1, $2, $3)
ON CONFLICT (package_id) DO UPDATE SET expires_on = excluded.expires_on, renewed_at = excluded.renewed_at
WHERE renewal.renewed_at < excluded.renewed_at
"""

_SEAL = """
INSERT INTO seal (month, approvals, reversals, purchases, sum_minor, sealed_at) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT DO NOTHING
"""

_KNOWN_APPROVALS = "SELECT session_id AS id FROM approval WHERE session_id = ANY($1::uuid[])"
_KNOWN_REVERSALS = "SELECT session_id AS id FROM reversal WHERE session_id = ANY($1::uuid[])"
_KNOWN_PURCHASES = "SELECT package_id AS id FROM purchase WHERE package_id = ANY($1::uuid[])"


async def new_approvals(statements: Statements, facts: Sequence[SessionApproved]) -> list[SessionApproved]:
    known = await _known(statements, _KNOWN_APPROVALS, [fact.session_id for fact in facts])
    return [fact for fact in facts if fact.session_id not in known]


async def new_reversals(statements: Statements, facts: Sequence[SessionReversed]) -> list[SessionReversed]:
    known = await _known(statements, _KNOWN_REVERSALS, [fact.session_id for fact in facts])
    return [fact for fact in facts if fact.session_id not in known]


async def new_purchases(statements: Statements, facts: Sequence[PackagePurchased]) -> list[PackagePurchased]:
    known = await _known(statements, _KNOWN_PURCHASES, [fact.package_id for fact in facts])
    return [fact for fact in facts if fact.package_id not in known]


async def insert_approvals(transaction: Transaction, facts: Sequence[SessionApproved]) -> None:
    rows = [
        (
            *(fact.session_id, fact.parent_id, fact.child_id, fact.tutor_id),
            *(fact.starts_at, fact.session_date, fact.duration_minutes),
            *(fact.coverage, fact.package_id, fact.price_minor, fact.currency, fact.month, fact.approved_at),
        )
        for fact in facts
    ]
    await transaction.execute_set(_APPROVAL, rows)


async def insert_reversals(transaction: Transaction, facts: Sequence[SessionReversed]) -> None:
    rows = [
        (
            *(fact.session_id, fact.parent_id, fact.child_id, fact.tutor_id),
            *(fact.package_id, fact.reason, fact.month, fact.reversed_at),
        )
        for fact in facts
    ]
    await transaction.execute_set(_REVERSAL, rows)


async def insert_purchases(transaction: Transaction, facts: Sequence[PackagePurchased]) -> None:
    rows = [
        (
            *(fact.package_id, fact.parent_id, fact.child_id),
            *(fact.total_sessions, fact.price_per_session_minor, fact.discount_minor, fact.currency, fact.goodwill),
            *(fact.purchased_at, fact.purchased_on, fact.expires_on, fact.month),
        )
        for fact in facts
    ]
    await transaction.execute_set(_PURCHASE, rows)


async def upsert_renewals(transaction: Transaction, facts: Sequence[PackageRenewed]) -> None:
    """Keeps the latest of each package, whatever order they come in."""
    await transaction.execute_many(_RENEWAL, [(fact.package_id, fact.expires_on, fact.renewed_at) for fact in facts])


async def insert_seals(transaction: Transaction, facts: Sequence[PeriodSealed]) -> None:
    rows = [(f.month, f.approvals, f.reversals, f.purchases, f.sum_minor, f.sealed_at) for f in facts]
    await transaction.execute_many(_SEAL, rows)


async def _known(statements: Statements, query: str, ids: Sequence[UUID]) -> set[UUID]:
    return {row["id"] for row in await statements.rows(query, ids)}
