"""The hash of a closed month, read from the database by somebody who knows only how it is defined."""

import json
from collections.abc import Iterable
from datetime import date
from hashlib import sha256
from typing import Any
from uuid import UUID

from shared.database.database import Database
from tests.services.billing.desk import Desk
from tests.services.billing.packages_side import WorkedMonth

STATEMENTS = """
SELECT s.id, ordinal, parent_id, s.currency, discounts, taxes, subtotal_minor, discount_minor, tax_minor, total_minor
  FROM statement s JOIN billing_cycle c ON c.id = s.cycle_id WHERE c.month = $1 ORDER BY ordinal
"""
CHARGES = """
SELECT position, kind, description, session_id, package_id, child_id, adjustment_id, day, quantity, unit_price_minor,
       reduction_minor, amount_minor, discount_minor, tax_minor
  FROM statement_line WHERE statement_id = $1
"""
PAYOUTS = """
SELECT p.id, tutor_id, p.currency, rate_minor, sessions_completed, addon_sessions, gross_minor, deductions_minor,
       net_minor
  FROM payout p JOIN billing_cycle c ON c.id = p.cycle_id WHERE c.month = $1
"""
PAYOUT_LINES = "SELECT kind, session_id, deduction_id, day, amount_minor FROM payout_line WHERE payout_id = $1"

PREVIEW = '{ previewCycle(month: "2026-10") { sha256 } }'


def canonical(tag: str, values: Iterable[Any]) -> str:
    texts = [str(value) if isinstance(value, UUID | date) else value for value in values]
    return json.dumps([tag, *texts], separators=(",", ":"), ensure_ascii=False) + "\n"


async def canonical_lines(database: Database, month: str) -> list[str]:
    lines = []
    for statement_id, *statement in (row.values() for row in await database.rows(STATEMENTS, month)):
        charges = [list(row.values()) for row in await database.rows(CHARGES, statement_id)]
        lines += [canonical("statement", statement), *(canonical("charge", each) for each in sorted(charges))]
    payouts = sorted((list(row.values()) for row in await database.rows(PAYOUTS, month)), key=lambda row: str(row[1]))
    for payout_id, *payout in payouts:
        rows = await database.rows(PAYOUT_LINES, payout_id)
        rows.sort(key=lambda row: (row["kind"], row["day"], str(row["session_id"]), str(row["deduction_id"])))
        lines += [canonical("payout", payout), *(canonical("pay", row.values()) for row in rows)]
    return lines


async def test_preview_run_and_verification_agree_on_the_hash_as_it_is_defined(desk: Desk, month: WorkedMonth) -> None:
    await desk.run("2026-09")
    october_10 = month.october_10
    month.packages.reverse(
        next(each.session_id for each in month.packages.approvals if each.month == "2026-09"), "2026-10"
    )
    await desk.hear(month.packages.reversals)
    previewed = (await desk.ask(PREVIEW))["previewCycle"]["sha256"]
    closed = await desk.run("2026-10")
    lines = await canonical_lines(desk.database, "2026-10")
    kinds = {json.loads(line)[1] for line in lines if line.startswith('["pay"')}
    assert kinds == {"SESSION", "ADDON_SESSION", "ADJUSTMENT", "DEDUCTION"}
    assert f'["pay","SESSION","{october_10}",null,"2026-10-10",30000]\n' in lines
    assert sha256("".join(lines).encode()).hexdigest() == previewed == closed["sha256"]
    verification = await desk.ask('mutation { verifyCycle(month: "2026-10") { matches } }')
    assert verification["verifyCycle"]["matches"] is True
