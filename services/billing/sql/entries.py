"""What billing has of a month, beside what packages sealed."""

from services.billing.domain.completeness import Missing, Tally, what_is_missing
from shared.database.database import Statements
from shared.period import Month

STANDING = "NOT EXISTS (SELECT 1 FROM reversal WHERE reversal.session_id = a.session_id AND reversal.month <= $1)"
"""Holds for the approvals `a` of month $1 that nothing has taken back by the end of it."""

_SEAL = "SELECT approvals, reversals, purchases, sum_minor FROM seal WHERE month = $1"

_SEEN = """
SELECT (SELECT count(*) FROM approval WHERE month = $1) AS approvals,
       (SELECT count(*) FROM reversal WHERE month = $1) AS reversals,
       (SELECT count(*) FROM purchase WHERE month = $1) AS purchases,
       ((SELECT coalesce(sum(price_minor), 0) FROM approval WHERE month = $1)
      + (SELECT coalesce(sum(total_sessions * price_per_session_minor - discount_minor), 0)
           FROM purchase WHERE month = $1 AND NOT goodwill))::bigint AS sum_minor
"""

_UNKNOWN_PEOPLE = """
SELECT count(*) AS unknown FROM (
    SELECT parent_id AS person_id FROM approval WHERE month = $1
    UNION SELECT child_id FROM approval WHERE month = $1
    UNION SELECT tutor_id FROM approval WHERE month = $1
    UNION SELECT parent_id FROM purchase WHERE month = $1
    UNION SELECT child_id FROM purchase WHERE month = $1 AND child_id IS NOT NULL
    UNION SELECT parent_id FROM reversal WHERE month = $1
    UNION SELECT tutor_id FROM reversal WHERE month = $1
) AS mentioned
WHERE NOT EXISTS (SELECT 1 FROM person WHERE person.person_id = mentioned.person_id)
"""

_EARLIER_OPEN = """
SELECT min(month) AS month FROM (
    SELECT month FROM approval UNION SELECT month FROM reversal UNION SELECT month FROM purchase
    UNION SELECT month FROM billing_cycle
) AS entered
WHERE month < $1 AND NOT EXISTS (
    SELECT 1 FROM billing_cycle WHERE billing_cycle.month = entered.month AND billing_cycle.status = 'CLOSED')
"""


async def missing_of(statements: Statements, month: Month) -> Missing:
    """What must still arrive before the month can be closed."""
    sealed = await statements.row(_SEAL, str(month))
    seen = await statements.row(_SEEN, str(month))
    unknown_people = await statements.value(_UNKNOWN_PEOPLE, str(month))
    if seen is None:
        raise AssertionError("a count has a row")
    return what_is_missing(Tally(**sealed) if sealed else None, Tally(**seen), unknown_people)


async def first_open_before(statements: Statements, month: Month) -> Month | None:
    """The earliest month before this one that has entries and is not closed."""
    found = await statements.value(_EARLIER_OPEN, str(month))
    return Month.parse(found) if found else None
