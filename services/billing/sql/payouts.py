"""What every tutor earns in a month, session by session."""

from collections.abc import AsyncIterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any
from uuid import UUID

from services.billing.domain.cycles import Blocker
from services.billing.domain.digest import PAYOUT_COLUMNS, PAYOUT_LINE_COLUMNS, payout_values
from services.billing.domain.payouts import LinesOfKind, PayoutAmounts, PayoutLineKind, PayoutStatus, add_up
from services.billing.sql.canonical import CANONICAL_PAYOUT_LINE, PAYOUT_LINE_ORDER
from services.billing.sql.entries import STANDING
from shared.database.database import Statements, Transaction
from shared.ids import new_id
from shared.period import Month

_EARNED = f"""
SELECT a.session_id, a.tutor_id, a.session_date AS day,
       CASE WHEN a.coverage = 'ADDON' THEN 'ADDON_SESSION' ELSE 'SESSION' END AS kind,
       CASE WHEN a.coverage = 'ADDON' THEN coalesce(r.addon_rate_minor, r.rate_minor) ELSE r.rate_minor END
           AS amount_minor
  FROM approval a
  LEFT JOIN (SELECT tutor_id, rate_minor, addon_rate_minor, valid_from,
                    lead(valid_from) OVER (PARTITION BY tutor_id ORDER BY valid_from) AS followed_on
               FROM tutor_rate) AS r
    ON r.tutor_id = a.tutor_id AND r.valid_from <= a.session_date
   AND (r.followed_on IS NULL OR r.followed_on > a.session_date)
 WHERE a.month = $1 AND {STANDING}
"""

_TAKEN_BACK = """
FROM reversal v
JOIN approval a ON a.session_id = v.session_id AND a.month < $1
JOIN payout_line l ON l.session_id = v.session_id AND l.kind IN ('SESSION', 'ADDON_SESSION')
WHERE v.month = $1
"""

_LINES = f"""
SELECT session_id, tutor_id, day, kind, amount_minor, NULL::uuid AS deduction_id FROM ({_EARNED}) AS earned
UNION ALL
SELECT a.session_id, a.tutor_id, a.session_date, 'ADJUSTMENT', -l.amount_minor, NULL::uuid {_TAKEN_BACK}
UNION ALL
SELECT NULL::uuid, d.tutor_id, $2::date, 'DEDUCTION', d.amount_minor, d.id
  FROM payout_deduction d
 WHERE d.month <= $1 AND NOT EXISTS (SELECT 1 FROM payout_line WHERE payout_line.deduction_id = d.id)
"""

_LINES_BY_TUTOR = f"""
SELECT tutor_id, kind, coalesce(amount_minor, 0), {CANONICAL_PAYOUT_LINE}
  FROM (SELECT * FROM ({_LINES}) AS line ORDER BY tutor_id, {PAYOUT_LINE_ORDER}) AS line
 ORDER BY tutor_id, {PAYOUT_LINE_ORDER}
"""

_SUMS_OF = f"""
SELECT tutor_id, kind, count(*) AS lines, coalesce(sum(amount_minor), 0)::bigint AS amount_minor
  FROM ({_LINES}) AS line WHERE tutor_id = ANY($3::uuid[]) GROUP BY tutor_id, kind ORDER BY tutor_id, kind
"""

_RATES_OF = """
SELECT r.tutor_id, r.rate_minor FROM tutor_rate r
 WHERE ($2::uuid[] IS NULL OR r.tutor_id = ANY($2::uuid[])) AND r.valid_from = (
       SELECT max(n.valid_from) FROM tutor_rate n WHERE n.tutor_id = r.tutor_id AND n.valid_from <= $1)
"""

_WITHOUT_RATE = f"""
SELECT a.tutor_id, person.name, count(*) AS sessions
  FROM approval a
  LEFT JOIN (SELECT tutor_id, min(valid_from) AS rated_from FROM tutor_rate GROUP BY tutor_id) AS r
    ON r.tutor_id = a.tutor_id
  LEFT JOIN person ON person.person_id = a.tutor_id
 WHERE a.month = $1 AND (r.rated_from IS NULL OR r.rated_from > a.session_date) AND {STANDING}
 GROUP BY a.tutor_id, person.name ORDER BY person.name, a.tutor_id
"""

_INSERT_LINES = f"""
INSERT INTO payout_line (payout_id, {PAYOUT_LINE_COLUMNS})
SELECT payout.id, line.kind, line.session_id, line.deduction_id, line.day, line.amount_minor
  FROM ({_LINES}) AS line JOIN payout ON payout.cycle_id = $3 AND payout.tutor_id = line.tutor_id
"""

_DISAGREEING = """
SELECT count(*) FROM (
    SELECT p.net_minor, sum(CASE WHEN l.kind = 'DEDUCTION' THEN -l.amount_minor ELSE l.amount_minor END) AS lines_minor
      FROM payout p LEFT JOIN payout_line l ON l.payout_id = p.id
     WHERE p.cycle_id = $1 GROUP BY p.id, p.net_minor) AS payout
 WHERE lines_minor IS NULL OR lines_minor <> net_minor
"""


async def tutors_without_rate(statements: Statements, month: Month) -> list[Blocker]:
    """Every tutor of the month who has sessions that no rate covers."""
    rows = await statements.rows(_WITHOUT_RATE, str(month))
    return [Blocker(UUID(str(row["tutor_id"])), row["name"] or str(row["tutor_id"]), row["sessions"]) for row in rows]


async def payouts_of(
    transaction: Transaction, month: Month, currency: str
) -> AsyncIterator[tuple[PayoutAmounts, list[str]]]:
    """The month's payouts with their canonical lines, by tutor: of everyone with a session or an adjustment, for a
    deduction alone makes no payout. Sessions that no rate covers count as nothing earned."""
    rates = await rates_on(transaction, month)
    async for key, rows in transaction.groups(_LINES_BY_TUTOR, str(month), month.last_day):
        tutor_id = UUID(str(key))
        lines = [_of_kind(kind, list(own)) for kind, own in groupby(rows, key=itemgetter(1))]
        if _earns(lines):
            yield add_up(tutor_id, currency, rates.get(tutor_id, 0), lines), [row[3] for row in rows]


async def pay_so_far(
    statements: Statements, month: Month, currency: str, tutor_ids: Sequence[UUID]
) -> dict[UUID, PayoutAmounts]:
    """What the month's payouts of these tutors come to by now."""
    rates = await rates_on(statements, month, tutor_ids)
    pay = {}
    for key, rows in groupby(await statements.tuples(_SUMS_OF, str(month), month.last_day, tutor_ids), itemgetter(0)):
        tutor_id = UUID(str(key))
        lines = [LinesOfKind(PayoutLineKind(kind), number, amount_minor) for _, kind, number, amount_minor in rows]
        if _earns(lines):
            pay[tutor_id] = add_up(tutor_id, currency, rates.get(tutor_id, 0), lines)
    return pay


async def rates_on(statements: Statements, month: Month, tutor_ids: Sequence[UUID] | None = None) -> dict[UUID, int]:
    """Each tutor's rate on the month's last day, or those of some; tutors without one are left out."""
    rows = await statements.rows(_RATES_OF, month.last_day, tutor_ids)
    return {row["tutor_id"]: row["rate_minor"] for row in rows}


async def insert_payouts(transaction: Transaction, cycle_id: UUID, payouts: Sequence[PayoutAmounts]) -> None:
    """Writes payouts; their lines are written for the whole month at once."""
    status = PayoutStatus.PENDING.value
    rows = [(new_id(), cycle_id, status, *payout_values(each)) for each in payouts]
    await transaction.insert("payout", f"id, cycle_id, status, {PAYOUT_COLUMNS}", rows)


async def insert_payout_lines(transaction: Transaction, month: Month, cycle_id: UUID) -> None:
    """Writes the lines of all the cycle's payouts, which must be there."""
    await transaction.execute(_INSERT_LINES, str(month), month.last_day, cycle_id)


async def disagreeing_payouts(statements: Statements, cycle_id: UUID) -> int:
    """How many of the cycle's payouts are not the sum of their lines; anything but zero is a fault."""
    return int(await statements.value(_DISAGREEING, cycle_id))


def _of_kind(kind: str, rows: Sequence[Sequence[Any]]) -> LinesOfKind:
    return LinesOfKind(PayoutLineKind(kind), len(rows), sum(amount_minor for _, _, amount_minor, _ in rows))


def _earns(lines: Sequence[LinesOfKind]) -> bool:
    return any(each.kind is not PayoutLineKind.DEDUCTION for each in lines)
