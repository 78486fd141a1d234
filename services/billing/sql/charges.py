"""What parents owe for a month, and the sessions and lots that a statement shows beside it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from uuid import UUID

from services.billing.domain.accounts import Account, BilledSession
from services.billing.domain.charges import Charge, purchase_description, reversal_description
from services.billing.domain.lots import Lot
from services.billing.sql.discounts import RULE_COLUMNS, discount_rule
from services.billing.sql.entries import STANDING
from shared.database.database import Row, Statements
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
SELECT a.session_id, a.parent_id, a.child_id, a.tutor_id, a.starts_at, a.session_date, a.duration_minutes,
       a.coverage, a.price_minor
  FROM approval a WHERE a.month = $1 AND a.parent_id = ANY($2::uuid[]) AND {STANDING}
 ORDER BY a.parent_id, a.starts_at, a.session_id
"""

_LOTS = """
SELECT p.package_id, p.parent_id, p.child_id, p.purchased_on, p.month, p.expires_on, p.total_sessions,
       count(CASE WHEN v.month IS NULL OR v.month > $1 THEN a.session_id END) AS used_sessions,
       count(CASE WHEN a.month < $1 AND (v.month IS NULL OR v.month >= $1) THEN a.session_id END) AS used_before,
       count(CASE WHEN a.month = $1 AND (v.month IS NULL OR v.month > $1) THEN a.session_id END) AS used_within
  FROM purchase p
  LEFT JOIN approval a ON a.package_id = p.package_id AND a.month <= $1
  LEFT JOIN reversal v ON v.session_id = a.session_id
 WHERE p.parent_id = ANY($2::uuid[])
 GROUP BY p.package_id
HAVING p.month <= $1 OR count(CASE WHEN a.month = $1 AND (v.month IS NULL OR v.month > $1) THEN 1 END) > 0
 ORDER BY p.parent_id, p.purchased_at, p.package_id
"""

_RULES = f"""
SELECT {RULE_COLUMNS} FROM discount_rule
 WHERE parent_id = ANY($1::uuid[]) AND valid_from <= $2 AND (valid_until IS NULL OR valid_until >= $2)
"""


async def billable_parents(statements: Statements, month: Month) -> list[UUID]:
    """Everyone with at least one charge, in the order of their statements."""
    return [UUID(str(row["parent_id"])) for row in await statements.rows(_BILLABLE, str(month))]


async def accounts_of(statements: Statements, month: Month, parent_ids: Sequence[UUID]) -> Mapping[UUID, Account]:
    """These parents' charges, sessions, lots and discounts for the month."""
    accounts: dict[UUID, Account] = defaultdict(Account)
    for row in await statements.rows(_PURCHASES, str(month), parent_ids):
        accounts[row["parent_id"]].charges.append(_purchase(row))
    for row in await statements.rows(_SESSIONS, str(month), parent_ids):
        _take_session(accounts[row["parent_id"]], row, month)
    for row in await statements.rows(_REVERSALS, str(month), parent_ids):
        accounts[row["parent_id"]].charges.append(_reversal(row))
    for row in await statements.rows(_ADJUSTMENTS, parent_ids):
        accounts[row["parent_id"]].charges.append(_adjustment(row))
    for row in await statements.rows(_LOTS, str(month), parent_ids):
        if (lot := _lot(row)).is_shown_in(month):
            accounts[row["parent_id"]].lots.append(lot)
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


def _take_session(account: Account, row: Row, month: Month) -> None:
    session = BilledSession(**{name: value for name, value in row.items() if name != "parent_id"})
    account.sessions.append(session)
    if (charge := session.charge(month)) is not None:
        account.charges.append(charge)


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


def _lot(row: Row) -> Lot:
    return Lot(
        package_id=row["package_id"],
        child_id=row["child_id"],
        purchased_on=row["purchased_on"],
        charged_in=Month.parse(row["month"]),
        expires_on=row["expires_on"],
        total_sessions=row["total_sessions"],
        used_sessions=row["used_sessions"],
        used_before=row["used_before"],
        used_within=row["used_within"],
    )
