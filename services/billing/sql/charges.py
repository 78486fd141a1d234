"""What parents owe for a month, and the discounts they have."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from uuid import UUID

from services.billing.domain.accounts import Account
from services.billing.domain.charges import (
    Charge,
    late_from,
    purchase_description,
    reversal_description,
    session_description,
)
from services.billing.sql.discounts import RULE_COLUMNS, discount_rule
from services.billing.sql.entries import STANDING
from shared.contracts.billing import ChargeKind
from shared.database.database import Statements
from shared.database.row import Row
from shared.period import Month

_COST = "(l.amount_minor - l.discount_minor + l.tax_minor)"

_TAKEN_BACK = f"""
FROM reversal v
JOIN approval a ON a.session_id = v.session_id AND a.month < $1
JOIN statement_line l ON l.session_id = v.session_id AND l.kind <> 'ADJUSTMENT'
WHERE v.month = $1 AND {_COST} <> 0
"""

_PENDING = """
FROM adjustment d WHERE NOT EXISTS (SELECT 1 FROM statement_line WHERE statement_line.adjustment_id = d.id)
"""

_BILLABLE = f"""
SELECT parent_id FROM purchase WHERE month = $1 AND NOT goodwill
UNION SELECT a.parent_id FROM approval a WHERE a.month = $1 AND a.coverage <> 'PACKAGE' AND {STANDING}
UNION SELECT v.parent_id {_TAKEN_BACK}
UNION SELECT d.parent_id {_PENDING}
ORDER BY parent_id
"""

_PURCHASES = """
SELECT package_id, parent_id, child_id, total_sessions, price_per_session_minor, discount_minor, purchased_on
  FROM purchase WHERE month = $1 AND NOT goodwill AND parent_id = ANY($2::uuid[])
"""

_REVERSALS = f"""
SELECT v.session_id, v.parent_id, v.child_id, a.session_date, {_COST} AS cost_minor
{_TAKEN_BACK} AND v.parent_id = ANY($2::uuid[])
"""

_ADJUSTMENTS = f"""
SELECT d.id, d.parent_id, d.description, d.day, d.amount_minor {_PENDING} AND d.parent_id = ANY($1::uuid[])
"""

_SESSIONS = f"""
SELECT a.session_id, a.parent_id, a.child_id, a.session_date, a.coverage, a.price_minor
  FROM approval a WHERE a.month = $1 AND a.coverage <> 'PACKAGE' AND a.parent_id = ANY($2::uuid[]) AND {STANDING}
"""

_RULES = f"""
SELECT {RULE_COLUMNS} FROM discount_rule
 WHERE parent_id = ANY($1::uuid[]) AND valid_from <= $2 AND (valid_until IS NULL OR valid_until >= $2)
"""


async def billable_parents(statements: Statements, month: Month) -> list[UUID]:
    """Everyone with at least one charge, in the order of their statements."""
    return [UUID(str(parent_id)) for (parent_id,) in await statements.tuples(_BILLABLE, str(month))]


async def accounts_of(statements: Statements, month: Month, parent_ids: Sequence[UUID]) -> Mapping[UUID, Account]:
    """These parents' charges and discounts for the month."""
    accounts: dict[UUID, Account] = defaultdict(Account)
    for row in await statements.rows(_PURCHASES, str(month), parent_ids):
        accounts[row["parent_id"]].charges.append(_purchase(row))
    for row in await statements.rows(_SESSIONS, str(month), parent_ids):
        accounts[row["parent_id"]].charges.append(_session(row, month))
    for row in await statements.rows(_REVERSALS, str(month), parent_ids):
        accounts[row["parent_id"]].charges.append(_reversal(row))
    for row in await statements.rows(_ADJUSTMENTS, parent_ids):
        accounts[row["parent_id"]].charges.append(_adjustment(row))
    for row in await statements.rows(_RULES, parent_ids, month.last_day):
        accounts[row["parent_id"]].rules.append(discount_rule(row))
    return accounts


def _purchase(row: Row) -> Charge:
    return Charge(
        kind="PACKAGE_PURCHASE",
        description=purchase_description(row["total_sessions"]),
        day=row["purchased_on"],
        quantity=row["total_sessions"],
        unit_price_minor=row["price_per_session_minor"],
        reduction_minor=row["discount_minor"],
        package_id=row["package_id"],
        child_id=row["child_id"],
    )


def _session(row: Row, month: Month) -> Charge:
    kind: ChargeKind = "ADDON_SESSION" if row["coverage"] == "ADDON" else "OVERAGE_SESSION"
    return Charge(
        kind=kind,
        description=session_description(kind, late_from(row["session_date"], month)),
        day=row["session_date"],
        unit_price_minor=row["price_minor"],
        session_id=row["session_id"],
        child_id=row["child_id"],
    )


def _reversal(row: Row) -> Charge:
    return Charge(
        kind="ADJUSTMENT",
        description=reversal_description(row["session_date"]),
        day=row["session_date"],
        unit_price_minor=-row["cost_minor"],
        session_id=row["session_id"],
        child_id=row["child_id"],
    )


def _adjustment(row: Row) -> Charge:
    return Charge(
        kind="ADJUSTMENT",
        description=row["description"],
        day=row["day"],
        unit_price_minor=row["amount_minor"],
        adjustment_id=row["id"],
    )
