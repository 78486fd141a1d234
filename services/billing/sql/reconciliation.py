"""A month's charges laid beside its invoices' lines, item by item.

What should be charged is read from the entries alone, by statements of its own: a fault in what makes the statements
would otherwise hide itself.
"""

from collections.abc import Sequence
from uuid import UUID

from services.billing.domain.reconciliation import Difference, Item, Side, Sums
from shared.database.database import Statements
from shared.database.row import Row
from shared.period import Month

_CHARGED = """
SELECT 'SESSION' AS item, a.session_id AS item_id, a.parent_id, a.price_minor AS charged_minor
  FROM approval a LEFT JOIN reversal v ON v.session_id = a.session_id
 WHERE a.month = $1 AND a.coverage <> 'PACKAGE' AND (v.month IS NULL OR v.month > $1)
UNION ALL
SELECT 'PACKAGE', p.package_id, p.parent_id, p.total_sessions * p.price_per_session_minor - p.discount_minor
  FROM purchase p WHERE p.month = $1 AND NOT p.goodwill
UNION ALL
SELECT 'REVERSAL', v.session_id, a.parent_id, l.discount_minor - l.amount_minor - l.tax_minor
  FROM reversal v JOIN approval a ON a.session_id = v.session_id
  JOIN statement_line l ON l.session_id = v.session_id AND l.kind <> 'ADJUSTMENT'
 WHERE v.month = $1 AND a.month < v.month AND l.amount_minor - l.discount_minor + l.tax_minor <> 0
UNION ALL
SELECT 'ADJUSTMENT', d.id, d.parent_id, d.amount_minor
  FROM adjustment d LEFT JOIN statement_line l ON l.adjustment_id = d.id
  LEFT JOIN statement s ON s.id = l.statement_id LEFT JOIN billing_cycle c ON c.id = s.cycle_id
 WHERE c.month = $1 OR ($2::boolean AND l.id IS NULL)
"""

_INVOICED = """
SELECT CASE WHEN l.kind = 'PACKAGE_PURCHASE' THEN 'PACKAGE' WHEN l.kind <> 'ADJUSTMENT' THEN 'SESSION'
            WHEN l.session_id IS NOT NULL THEN 'REVERSAL' ELSE 'ADJUSTMENT' END AS item,
       coalesce(l.session_id, l.package_id, l.adjustment_id) AS item_id, s.parent_id, l.amount_minor AS invoiced_minor
  FROM statement_line l JOIN statement s ON s.id = l.statement_id JOIN billing_cycle c ON c.id = s.cycle_id
 WHERE c.month = $1
"""

_BESIDE = f"""
SELECT item, item_id, parent_id, sum(charged_minor) AS charged_minor, sum(invoiced_minor) AS invoiced_minor,
       count(charged_minor) AS charges, count(invoiced_minor) AS lines
  FROM (SELECT item, item_id, parent_id, charged_minor, NULL::bigint AS invoiced_minor FROM ({_CHARGED}) AS charged
        UNION ALL
        SELECT item, item_id, parent_id, NULL::bigint, invoiced_minor FROM ({_INVOICED}) AS invoiced) AS both_sides
 GROUP BY item, item_id, parent_id
"""

_SUMS = f"""
SELECT coalesce(sum(charged_minor), 0)::bigint AS charged_minor, coalesce(sum(charges), 0)::bigint AS charges,
       coalesce(sum(invoiced_minor), 0)::bigint AS invoiced_minor, coalesce(sum(lines), 0)::bigint AS lines,
       coalesce(sum(CASE WHEN lines = 0 THEN charged_minor END), 0)::bigint AS open_minor,
       coalesce(sum(CASE WHEN lines = 0 THEN charges END), 0)::bigint AS open_charges,
       count(CASE WHEN {{differs}} THEN 1 END) AS differences
  FROM ({_BESIDE}) AS item
"""

_DIFFERENCES = f"""
SELECT item, item_id, parent_id, charges, lines, coalesce(charged_minor, 0)::bigint AS charged_minor,
       coalesce(invoiced_minor, 0)::bigint AS invoiced_minor
  FROM ({_BESIDE}) AS item WHERE {{differs}} ORDER BY item, item_id LIMIT $4
"""

_DIFFERS = "charges <> lines AND (lines > 0 OR $3::boolean) OR lines > 0 AND charged_minor <> invoiced_minor"
"""In a month that is not closed ($3 is false) what has no line yet is open, and no difference."""

_STATEMENTS = """
SELECT coalesce(sum(s.discount_minor), 0)::bigint AS discount_minor,
       coalesce(sum(s.tax_minor), 0)::bigint AS tax_minor, coalesce(sum(s.total_minor), 0)::bigint AS total_minor
  FROM statement s JOIN billing_cycle c ON c.id = s.cycle_id WHERE c.month = $1
"""


async def sums_of(statements: Statements, month: Month, *, takes_pending: bool, is_closed: bool) -> Sums:
    """`takes_pending` tells whether what waits for the next cycle is this month's."""
    sums = await statements.rows(_SUMS.format(differs=_DIFFERS), str(month), takes_pending, is_closed)
    (totals,) = await statements.rows(_STATEMENTS, str(month))
    return Sums(**sums[0], **totals)


async def differences_of(
    statements: Statements, month: Month, at_most: int, *, takes_pending: bool, is_closed: bool
) -> Sequence[Difference]:
    parameters = (str(month), takes_pending, is_closed, at_most)
    return [_difference(row) for row in await statements.rows(_DIFFERENCES.format(differs=_DIFFERS), *parameters)]


def _difference(row: Row) -> Difference:
    sides = Side(row["charges"], row["charged_minor"]), Side(row["lines"], row["invoiced_minor"])
    return Difference(Item(row["item"]), UUID(str(row["item_id"])), UUID(str(row["parent_id"])), *sides)
