"""What billing has of a month, beside what packages sealed."""

from services.billing.domain.completeness import Missing, Tally, what_is_missing
from shared.database.database import Statements
from shared.period import Month

STANDING = "NOT EXISTS (SELECT 1 FROM reversal WHERE reversal.session_id = a.session_id AND reversal.month <= $1)"
"""Holds for the approvals `a` of month $1 that nothing has taken back by the end of it."""

_SEAL = "SELECT approvals, reversals, purchases, sum_minor FROM seal WHERE month = $1"

_SEEN = """
SELECT approvals, reversals, purchases, (approved_minor + bought_minor)::bigint AS sum_minor
  FROM (SELECT count(*) AS approvals, coalesce(sum(price_minor), 0) AS approved_minor
          FROM approval WHERE month = $1) AS approval,
       (SELECT count(*) AS reversals FROM reversal WHERE month = $1) AS reversal,
       (SELECT count(*) AS purchases, coalesce(sum(CASE WHEN goodwill THEN 0 ELSE
               total_sessions * price_per_session_minor - discount_minor END), 0) AS bought_minor
          FROM purchase WHERE month = $1) AS purchase
"""

_MENTIONED = {
    "approval": ("parent_id", "child_id", "tutor_id"),
    "purchase": ("parent_id", "child_id"),
    "reversal": ("parent_id", "tutor_id"),
}

_UNKNOWN_PEOPLE = "SELECT count(*) AS unknown FROM ({}) AS mentioned WHERE NOT EXISTS ({})".format(
    " UNION ".join(
        f"SELECT DISTINCT {column} AS id FROM {table} WHERE month = $1 AND {column} IS NOT NULL"
        for table, columns in _MENTIONED.items()
        for column in columns
    ),
    "SELECT 1 FROM person WHERE person_id = mentioned.id",
)

_UNKNOWN_PACKAGES = """
SELECT count(DISTINCT package_id) AS unknown FROM approval
WHERE month = $1 AND package_id IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM purchase WHERE purchase.package_id = approval.package_id)
"""


async def is_sealed(statements: Statements, month: Month) -> bool:
    return await statements.row(_SEAL, str(month)) is not None


async def missing_of(statements: Statements, month: Month) -> Missing:
    """What must still arrive before the month can be closed.

    Whom and what the entries name is looked at once they are all there: people, and packages that were bought in a
    later month than the sessions they paid for.
    """
    sealed = await statements.row(_SEAL, str(month))
    if sealed is None:
        return Missing(seal=True)
    seen = await statements.rows(_SEEN, str(month))
    missing = what_is_missing(Tally(**sealed), Tally(**seen[0]))
    return missing or Missing(
        people=await statements.value(_UNKNOWN_PEOPLE, str(month)),
        purchases=await statements.value(_UNKNOWN_PACKAGES, str(month)),
    )
