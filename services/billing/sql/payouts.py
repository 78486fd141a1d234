"""What every tutor earns in a month, session by session."""

from collections.abc import AsyncIterator, Sequence
from itertools import groupby
from uuid import UUID

from services.billing.domain.cycles import Blocker
from services.billing.domain.digest import PAYOUT_COLUMNS, PAYOUT_LINE_COLUMNS, payout_values
from services.billing.domain.payouts import PayoutAmounts, PayoutLine, PayoutLineKind, add_up
from services.billing.sql.entries import STANDING
from shared.database.database import Row, Statements, Transaction
from shared.ids import new_id
from shared.period import Month

TUTORS_AT_ONCE = 50
"""About ten thousand lines are in memory at a time."""

_EARNED = f"""
SELECT a.session_id, a.tutor_id, a.session_date AS day,
       CASE WHEN a.coverage = 'ADDON' THEN 'ADDON_SESSION' ELSE 'SESSION' END AS kind,
       (SELECT CASE WHEN a.coverage = 'ADDON' THEN coalesce(r.addon_rate_minor, r.rate_minor) ELSE r.rate_minor END
          FROM tutor_rate r WHERE r.tutor_id = a.tutor_id AND r.valid_from <= a.session_date
         ORDER BY r.valid_from DESC LIMIT 1) AS amount_minor
  FROM approval a WHERE a.month = $1 AND {STANDING}
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

_LINES_OF = f"""
SELECT * FROM ({_LINES}) AS line WHERE tutor_id = ANY($3::uuid[])
 ORDER BY tutor_id, kind, day, session_id, deduction_id
"""

_RATES_OF = """
SELECT r.tutor_id, r.rate_minor FROM tutor_rate r
 WHERE r.tutor_id = ANY($2::uuid[]) AND r.valid_from = (
       SELECT max(n.valid_from) FROM tutor_rate n WHERE n.tutor_id = r.tutor_id AND n.valid_from <= $1)
"""

_PAYABLE = f"""
SELECT tutor_id FROM approval a WHERE a.month = $1 AND {STANDING}
UNION SELECT a.tutor_id {_TAKEN_BACK}
ORDER BY tutor_id
"""

_WITHOUT_RATE = f"""
SELECT earned.tutor_id, person.name, count(*) AS sessions
  FROM ({_EARNED}) AS earned LEFT JOIN person ON person.person_id = earned.tutor_id
 WHERE earned.amount_minor IS NULL GROUP BY earned.tutor_id, person.name ORDER BY person.name, earned.tutor_id
"""

_INSERT_PAYOUT = f"""
INSERT INTO payout (id, cycle_id, {PAYOUT_COLUMNS}, status)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'PENDING')
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


async def payable_tutors(statements: Statements, month: Month) -> list[UUID]:
    """Everyone with a session or an adjustment in the month; a deduction alone makes no payout."""
    return [UUID(str(row["tutor_id"])) for row in await statements.rows(_PAYABLE, str(month))]


async def payouts_of(
    statements: Statements, month: Month, tutor_ids: Sequence[UUID], currency: str
) -> AsyncIterator[tuple[PayoutAmounts, list[PayoutLine]]]:
    """These tutors' payouts with their lines, by tutor. Sessions that no rate covers count as nothing earned."""
    for start in range(0, len(tutor_ids), TUTORS_AT_ONCE):
        some = tutor_ids[start : start + TUTORS_AT_ONCE]
        rates = await rates_on(statements, month, some)
        rows = await statements.rows(_LINES_OF, str(month), month.last_day, some)
        for tutor_id, own in groupby(rows, key=lambda row: UUID(str(row["tutor_id"]))):
            lines = [_line(row) for row in own]
            yield add_up(tutor_id, currency, rates.get(tutor_id, 0), lines), lines


async def rates_on(statements: Statements, month: Month, tutor_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Each tutor's rate on the month's last day; those without one are left out."""
    rows = await statements.rows(_RATES_OF, month.last_day, tutor_ids)
    return {row["tutor_id"]: row["rate_minor"] for row in rows}


async def insert_payouts(transaction: Transaction, cycle_id: UUID, payouts: Sequence[PayoutAmounts]) -> None:
    """Writes payouts; their lines are written for the whole month at once."""
    await transaction.execute_many(_INSERT_PAYOUT, [(new_id(), cycle_id, *payout_values(each)) for each in payouts])


async def insert_payout_lines(transaction: Transaction, month: Month, cycle_id: UUID) -> None:
    """Writes the lines of all the cycle's payouts, which must be there."""
    await transaction.execute(_INSERT_LINES, str(month), month.last_day, cycle_id)


async def disagreeing_payouts(statements: Statements, cycle_id: UUID) -> int:
    """How many of the cycle's payouts are not the sum of their lines; anything but zero is a fault."""
    return int(await statements.value(_DISAGREEING, cycle_id))


def _line(row: Row) -> PayoutLine:
    deduction_id = row["deduction_id"] and UUID(str(row["deduction_id"]))
    return PayoutLine(
        PayoutLineKind(row["kind"]), row["session_id"], deduction_id, row["day"], row["amount_minor"] or 0
    )
