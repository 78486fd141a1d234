"""Batch reads for GraphQL: rows as they are, by the keys that were asked for, one query a batch."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import NamedTuple
from uuid import UUID

from services.billing.domain.payouts import PayoutAmounts, PayoutStatus
from services.billing.sql.payouts import pay_so_far, rates_on
from shared.database.database import Statements
from shared.database.listing import Conditions, Listing, Order
from shared.database.row import Row
from shared.errors import NivaaError
from shared.period import Month

_CYCLE = """
SELECT id, month, status, currency, opened_at, opened_by, closed_at, closed_by, sessions_counted, statements_count,
       payouts_count, invoiced_minor, payout_minor, sha256
  FROM billing_cycle
"""
_CYCLES_BY_ID = f"{_CYCLE} WHERE id = ANY($1::uuid[])"
_CYCLES_OF_PERSON = f"""
{_CYCLE} c WHERE id = ANY($1::uuid[])
   AND (EXISTS (SELECT 1 FROM statement s WHERE s.cycle_id = c.id AND s.parent_id = $2)
        OR EXISTS (SELECT 1 FROM payout p WHERE p.cycle_id = c.id AND p.tutor_id = $2))
"""
_CYCLE_OF_MONTH = f"{_CYCLE} WHERE month = $1"
_CYCLES_PAGE = f"{_CYCLE} WHERE $1::text IS NULL OR month < $1 ORDER BY month DESC LIMIT $2"
_CYCLES_COUNT = "SELECT count(*) FROM billing_cycle"

_PAYOUT = """
SELECT p.id, p.cycle_id, c.month, p.tutor_id, p.currency, p.rate_minor, p.sessions_completed, p.addon_sessions,
       p.gross_minor, p.deductions_minor, p.net_minor, p.status, p.reference, p.processed_at, p.processed_by,
       p.paid_at, p.paid_by
  FROM payout p JOIN billing_cycle c ON c.id = p.cycle_id
"""
_PAYOUTS_BY_ID = f"{_PAYOUT} WHERE p.id = ANY($1::uuid[])"
_PAYOUTS_BY_TUTOR = f"{_PAYOUT} WHERE p.tutor_id = ANY($1::uuid[]) ORDER BY c.month DESC"
_CHOSEN = """
WHERE ($1::text IS NULL OR c.month = $1) AND ($2::uuid IS NULL OR p.tutor_id = $2)
  AND ($3::text IS NULL OR p.status = $3)
  AND ($4::bigint IS NULL OR p.net_minor >= $4) AND ($5::bigint IS NULL OR p.net_minor <= $5)
"""
_PAYOUTS_PAGE = f"""
{_PAYOUT} {_CHOSEN} AND ($6::text IS NULL OR c.month < $6 OR c.month = $6 AND p.tutor_id > $7::uuid)
 ORDER BY c.month DESC, p.tutor_id LIMIT $8
"""
_PAYOUTS_BY_NET = f"""
{_PAYOUT} {_CHOSEN} AND ($6::bigint IS NULL OR p.net_minor < $6 OR p.net_minor = $6
  AND (c.month < $7::text OR c.month = $7 AND p.tutor_id > $8::uuid))
 ORDER BY p.net_minor DESC, c.month DESC, p.tutor_id LIMIT $9
"""
_PAYOUTS_COUNT = f"SELECT count(*) FROM payout p JOIN billing_cycle c ON c.id = p.cycle_id {_CHOSEN}"

_LINES = """
SELECT l.payout_id, l.kind, l.session_id, l.day, l.amount_minor, d.label
  FROM payout_line l LEFT JOIN payout_deduction d ON d.id = l.deduction_id
 WHERE l.payout_id = ANY($1::uuid[]) ORDER BY l.payout_id, l.kind, l.day, l.id
"""

_RATES = """
SELECT id, tutor_id, rate_minor, addon_rate_minor, currency, valid_from FROM tutor_rate r
 WHERE r.tutor_id = ANY($2::uuid[]) AND r.valid_from = (
       SELECT max(n.valid_from) FROM tutor_rate n WHERE n.tutor_id = r.tutor_id AND n.valid_from <= $1)
"""
_RATE = "SELECT e.id, e.tutor_id, e.rate_minor, e.addon_rate_minor, e.currency, e.valid_from FROM tutor_rate e"
_RULE = "SELECT e.id, e.parent_id, e.kind, e.size, e.label, e.valid_from, e.valid_until FROM discount_rule e"
_DEDUCTION = """
SELECT e.id, e.tutor_id, e.month, e.label, e.amount_minor, e.currency, c.month AS taken_in
  FROM payout_deduction e LEFT JOIN payout_line l ON l.deduction_id = e.id
  LEFT JOIN payout p ON p.id = l.payout_id LEFT JOIN billing_cycle c ON c.id = p.cycle_id
"""
_OF_ID = "WHERE e.id = $1"

_CLOSED_PAY = f"{_PAYOUT} WHERE c.month = $1 AND p.tutor_id = ANY($2::uuid[])"
_IS_CLOSED = "SELECT 1 AS closed FROM billing_cycle WHERE month = $1 AND status = 'CLOSED'"


class Pay(NamedTuple):
    """A tutor's month, and the payout's status once there is one."""

    amounts: PayoutAmounts
    status: PayoutStatus | None


class PayoutOrder(Enum):
    """Each with the columns of a payout's place in it, which a cursor names."""

    NEWEST_FIRST = ("month", "tutor_id")
    LARGEST_NET_FIRST = ("net_minor", "month", "tutor_id")


@dataclass(frozen=True, slots=True, kw_only=True)
class PayoutChoice:
    """Which payouts are asked for, and in which order; `nothing` where the viewer may not see what was asked for.
    Amounts are in minor units."""

    month: str | None
    tutor_id: UUID | None
    status: str | None
    net_at_least: int | None
    net_at_most: int | None
    order: PayoutOrder
    nothing: bool

    @property
    def parameters(self) -> tuple[object, ...]:
        return self.month, self.tutor_id, self.status, self.net_at_least, self.net_at_most


async def cycles_by_id(statements: Statements, ids: Sequence[UUID]) -> dict[UUID, Row]:
    return {row["id"]: row for row in await statements.rows(_CYCLES_BY_ID, ids)}


async def cycles_of_person(statements: Statements, person_id: UUID | None, ids: Sequence[UUID]) -> dict[UUID, Row]:
    """Those that invoice the parent or pay the tutor."""
    return {row["id"]: row for row in await statements.rows(_CYCLES_OF_PERSON, ids, person_id)}


async def cycle_of_month(statements: Statements, month: Month) -> Row | None:
    return await statements.row(_CYCLE_OF_MONTH, str(month))


async def cycles_page(statements: Statements, before: str | None, limit: int) -> list[Row]:
    """The newest months first; with `before`, those earlier than that."""
    return await statements.rows(_CYCLES_PAGE, before, limit)


async def count_cycles(statements: Statements) -> int:
    return int(await statements.value(_CYCLES_COUNT))


async def payouts_by_id(statements: Statements, ids: Sequence[UUID]) -> dict[UUID, Row]:
    return {row["id"]: row for row in await statements.rows(_PAYOUTS_BY_ID, ids)}


async def payouts_by_tutor(statements: Statements, tutor_ids: Sequence[UUID]) -> dict[UUID, list[Row]]:
    """Each tutor's payouts, the newest first."""
    return _grouped(await statements.rows(_PAYOUTS_BY_TUTOR, tutor_ids), "tutor_id")


async def payouts_page(
    statements: Statements, choice: PayoutChoice, after: Sequence[object] | None, limit: int
) -> list[Row]:
    """The newest months first or the largest amounts, in each by tutor."""
    if choice.nothing:
        return []
    statement = _PAYOUTS_PAGE if choice.order is PayoutOrder.NEWEST_FIRST else _PAYOUTS_BY_NET
    place = after or (None,) * len(choice.order.value)
    return await statements.rows(statement, *choice.parameters, *place, limit)


async def count_payouts(statements: Statements, choice: PayoutChoice) -> int:
    if choice.nothing:
        return 0
    return int(await statements.value(_PAYOUTS_COUNT, *choice.parameters))


async def lines_by_payout(statements: Statements, payout_ids: Sequence[UUID]) -> dict[UUID, list[Row]]:
    """Each payout's lines; those of deductions have their label."""
    return _grouped(await statements.rows(_LINES, payout_ids), "payout_id")


async def rates_by_tutor(statements: Statements, day: date, tutor_ids: Sequence[UUID]) -> dict[UUID, Row]:
    """The rates valid on a day."""
    return {row["tutor_id"]: row for row in await statements.rows(_RATES, day, tutor_ids)}


async def pay_of_month(
    statements: Statements, month: Month, tutor_ids: Sequence[UUID], currency: str
) -> Mapping[UUID, Pay]:
    """A closed month's payouts, or what an open one comes to so far. Tutors without sessions have nothing."""
    if await statements.row(_IS_CLOSED, str(month)):
        rows = await statements.rows(_CLOSED_PAY, str(month), tutor_ids)
        pay = {row["tutor_id"]: Pay(_amounts(row), PayoutStatus(row["status"])) for row in rows}
    else:
        so_far = await pay_so_far(statements, month, currency, tutor_ids)
        pay = {tutor_id: Pay(amounts, None) for tutor_id, amounts in so_far.items()}
    rates = await rates_on(statements, month, tutor_ids)
    idle = {each: Pay(PayoutAmounts(each, currency, rates.get(each, 0), 0, 0, 0, 0), None) for each in tutor_ids}
    return idle | pay


async def rate(statements: Statements, rate_id: UUID) -> Row:
    return _the(await statements.row(f"{_RATE} {_OF_ID}", rate_id))


async def rule(statements: Statements, rule_id: UUID) -> Row:
    return _the(await statements.row(f"{_RULE} {_OF_ID}", rule_id))


async def deduction(statements: Statements, deduction_id: UUID) -> Row:
    return _the(await statements.row(f"{_DEDUCTION} {_OF_ID}", deduction_id))


def rates_listed(tutor_id: UUID | None) -> Listing:
    """One tutor's rates or everyone's, the latest first."""
    return _agreed(_RATE, "tutor_id", tutor_id, "valid_from")


def rules_listed(parent_id: UUID | None) -> Listing:
    return _agreed(_RULE, "parent_id", parent_id, "valid_from")


def deductions_listed(tutor_id: UUID | None) -> Listing:
    return _agreed(_DEDUCTION, "tutor_id", tutor_id, "month")


def _agreed(select: str, owner: str, owner_id: UUID | None, column: str) -> Listing:
    conditions = Conditions() if owner_id is None else Conditions().and_(f"e.{owner} = {{}}", owner_id)
    return Listing(select, conditions, Order("e", column, descending=True))


def _the(row: Row | None) -> Row:
    """The row of something that a use case has just named."""
    if row is None:
        raise NivaaError("what was just written is not there")
    return row


def _amounts(row: Row) -> PayoutAmounts:
    return PayoutAmounts(
        tutor_id=row["tutor_id"],
        currency=row["currency"],
        rate_minor=row["rate_minor"],
        sessions_completed=row["sessions_completed"],
        addon_sessions=row["addon_sessions"],
        gross_minor=row["gross_minor"],
        deductions_minor=row["deductions_minor"],
    )


def _grouped(rows: Sequence[Row], key: str) -> dict[UUID, list[Row]]:
    groups: dict[UUID, list[Row]] = {}
    for row in rows:
        groups.setdefault(row[key], []).append(row)
    return groups
