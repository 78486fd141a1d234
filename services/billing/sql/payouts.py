"""What every tutor earns in a month, session by session."""

from collections.abc import AsyncIterator, Sequence
from itertools import groupby
from operator import itemgetter
from uuid import UUID

from services.billing.domain.cycles import Blocker
from services.billing.domain.digest import PAYOUT_COLUMNS, PAYOUT_LINE_COLUMNS, payout_values
from services.billing.domain.payouts import LinesOfKind, PayoutAmounts, PayoutLineKind, PayoutStatus, add_up
from services.billing.sql.canonical import CANONICAL_PAYOUT_LINE, PAYOUT_LINE_ORDER
from services.billing.sql.entries import STANDING
from shared.database.database import Row, Statements, Transaction
from shared.ids import new_id
from shared.period import Month

TUTORS_AT_ONCE = 100
"""About twenty thousand lines are in memory at a time."""

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

_SUMS = """
SELECT tutor_id, kind, count(*) AS lines, coalesce(sum(amount_minor), 0)::bigint AS amount_minor
  FROM ({lines}) AS line {whose} GROUP BY tutor_id, kind ORDER BY tutor_id, kind
"""
_SUMS_OF_ALL = _SUMS.format(lines=_LINES, whose="")
_SUMS_OF_SOME = _SUMS.format(lines=_LINES, whose="WHERE tutor_id = ANY($3::uuid[])")

_CANONICAL_LINES = f"""
SELECT tutor_id, {CANONICAL_PAYOUT_LINE} AS line FROM ({_LINES}) AS line WHERE tutor_id = ANY($3::uuid[])
 ORDER BY tutor_id, {PAYOUT_LINE_ORDER}
"""

_RATES_OF = """
SELECT r.tutor_id, r.rate_minor FROM tutor_rate r
 WHERE r.tutor_id = ANY($2::uuid[]) AND r.valid_from = (
       SELECT max(n.valid_from) FROM tutor_rate n WHERE n.tutor_id = r.tutor_id AND n.valid_from <= $1)
"""

_WITHOUT_RATE = f"""
SELECT earned.tutor_id, person.name, count(*) AS sessions
  FROM ({_EARNED}) AS earned LEFT JOIN person ON person.person_id = earned.tutor_id
 WHERE earned.amount_minor IS NULL GROUP BY earned.tutor_id, person.name ORDER BY person.name, earned.tutor_id
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
    statements: Statements, month: Month, currency: str, tutor_ids: Sequence[UUID] | None = None
) -> list[PayoutAmounts]:
    """The month's payouts, or those of some tutors, by tutor: of everyone with a session or an adjustment, for a
    deduction alone makes no payout. Sessions that no rate covers count as nothing earned."""
    about = (str(month), month.last_day)
    if tutor_ids is None:
        rows = await statements.rows(_SUMS_OF_ALL, *about)
    else:
        rows = await statements.rows(_SUMS_OF_SOME, *about, tutor_ids)
    grouped = groupby(rows, key=itemgetter("tutor_id"))
    lines = {UUID(str(tutor_id)): [_lines(row) for row in own] for tutor_id, own in grouped}
    rates = await rates_on(statements, month, list(lines))
    return [
        add_up(tutor_id, currency, rates.get(tutor_id, 0), own)
        for tutor_id, own in lines.items()
        if any(each.kind is not PayoutLineKind.DEDUCTION for each in own)
    ]


async def with_lines(
    statements: Statements, month: Month, payouts: Sequence[PayoutAmounts]
) -> AsyncIterator[tuple[PayoutAmounts, list[str]]]:
    """Each of the payouts with its canonical lines."""
    for start in range(0, len(payouts), TUTORS_AT_ONCE):
        some = payouts[start : start + TUTORS_AT_ONCE]
        tutor_ids = [payout.tutor_id for payout in some]
        rows = await statements.tuples(_CANONICAL_LINES, str(month), month.last_day, tutor_ids)
        grouped = groupby(rows, key=itemgetter(0))
        lines = {UUID(str(tutor_id)): [line for _, line in own] for tutor_id, own in grouped}
        for payout in some:
            yield payout, lines[payout.tutor_id]


async def rates_on(statements: Statements, month: Month, tutor_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Each tutor's rate on the month's last day; those without one are left out."""
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


def _lines(row: Row) -> LinesOfKind:
    return LinesOfKind(PayoutLineKind(row["kind"]), row["lines"], row["amount_minor"])
