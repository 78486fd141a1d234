"""What a close has written stays: the database refuses, and the hash tells when somebody got around that."""

from typing import Any

import pytest
from tortoise.exceptions import BaseORMException

from shared.ids import new_id
from tests.services.billing.desk import Desk

VERIFY = """
mutation { verifyCycle(month: "2026-09") { matches sha256 recomputedSha256 billingCycle { month } } }
"""
LOCKED = {
    "statement": "ordinal = ordinal + 1",
    "statement_line": "description = 'x'",
    "payout_line": "amount_minor = amount_minor + 1",
    "billing_cycle": "invoiced_minor = 0",
    "payout": "gross_minor = gross_minor + 1, net_minor = net_minor + 1",
    "approval": "price_minor = price_minor",
    "purchase": "discount_minor = 0",
    "seal": "approvals = 0",
}


@pytest.mark.parametrize("table", LOCKED)
async def test_the_database_refuses_to_change_or_delete_what_is_closed(desk: Desk, table: str) -> None:
    await desk.run("2026-09")
    for attempt in (f"UPDATE {table} SET {LOCKED[table]}", f"DELETE FROM {table}"):  # noqa: S608
        with pytest.raises(BaseORMException, match="locked"):
            await desk.database.execute(attempt)
    assert (await verified(desk))["matches"] is True


ADDED = {
    "statement": """INSERT INTO statement (id, cycle_id, ordinal, parent_id, currency, discounts, taxes, subtotal_minor,
            discount_minor, tax_minor, total_minor)
        SELECT $1, cycle_id, 2, $1, currency, '[]', '[]', 0, 0, 0, 0 FROM statement""",
    "statement_line": """INSERT INTO statement_line (statement_id, position, kind, description, day, quantity,
            unit_price_minor, reduction_minor, amount_minor, discount_minor, tax_minor, adjustment_id)
        SELECT statement_id, position + 1, 'ADJUSTMENT', 'x', day, 1, -1, 0, -1, 0, 0, $1 FROM statement_line""",
    "payout": """INSERT INTO payout (id, cycle_id, tutor_id, currency, rate_minor, sessions_completed, addon_sessions,
            gross_minor, deductions_minor, net_minor, status)
        SELECT $1, cycle_id, $1, currency, 0, 0, 0, 0, 0, 0, 'PENDING' FROM payout""",
    "payout_line": """INSERT INTO payout_line (payout_id, kind, deduction_id, day, amount_minor)
        SELECT id, 'DEDUCTION', $1, '2026-09-30', 0 FROM payout""",
}


@pytest.mark.parametrize("table", ADDED)
async def test_the_database_refuses_to_add_to_what_is_closed(desk: Desk, table: str) -> None:
    await desk.run("2026-09")
    with pytest.raises(BaseORMException, match=f"{table} is locked"):
        await desk.database.execute(ADDED[table], new_id())
    assert (await verified(desk))["matches"] is True


async def test_the_database_refuses_to_empty_what_is_locked(desk: Desk) -> None:
    if desk.database.dialect == "sqlite":
        pytest.skip("SQLite has no TRUNCATE")
    for table in [*LOCKED, "audit_entry"]:
        with pytest.raises(BaseORMException, match="locked"):
            await desk.database.execute(f"TRUNCATE {table} CASCADE")


PROCESSED = "status = 'PROCESSED', processed_at = '2026-11-02', processed_by = 'c'"
PAID = "status = 'PAID', reference = 'UTR 1', paid_at = '2026-11-02', paid_by = 'c'"


async def test_the_database_holds_a_payouts_steps(desk: Desk) -> None:
    await desk.run("2026-09")

    async def refused(change: str) -> None:
        with pytest.raises(BaseORMException, match=r"locked|payout_processed|payout_status"):
            await desk.database.execute(f"UPDATE payout SET {change}")  # noqa: S608

    for change in ("status = 'PROCESSED'", PAID):
        await refused(change)
    await desk.database.execute(f"UPDATE payout SET {PROCESSED}")  # noqa: S608
    for change in ("status = 'PENDING'", "status = 'PAID'", PAID.replace("'UTR 1'", "NULL")):
        await refused(change)
    await desk.database.execute(f"UPDATE payout SET {PAID}")  # noqa: S608
    for change in ("status = 'PROCESSED'", "reference = 'UTR 2'"):
        await refused(change)


async def test_nothing_is_billed_twice(desk: Desk) -> None:
    await desk.run("2026-09")
    of_table = "ON statement_line" if desk.database.dialect == "postgres" else ""
    await desk.database.execute(f"DROP TRIGGER statement_line_insert_locked {of_table}")
    with pytest.raises(BaseORMException, match=r"(?i)unique"):
        await desk.database.execute(
            """INSERT INTO statement_line (statement_id, position, kind, description, package_id, day, quantity,
                   unit_price_minor, reduction_minor, amount_minor, discount_minor, tax_minor)
               SELECT statement_id, position + 1, kind, description, package_id, day, quantity, unit_price_minor,
                   reduction_minor, amount_minor, discount_minor, tax_minor FROM statement_line"""
        )


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("statement", "discounts = '[]'"),
        ("statement_line", "description = 'x'"),
        ("payout", "rate_minor = rate_minor + 1"),
        ("payout_line", "day = '2026-09-01'"),
    ],
)
async def test_the_hash_tells_when_a_row_was_changed_around_the_lock(desk: Desk, table: str, change: str) -> None:
    await desk.run("2026-09")
    before = await verified(desk)
    assert before["matches"] is True
    of_table = f"ON {table}" if desk.database.dialect == "postgres" else ""
    await desk.database.execute(f"DROP TRIGGER {table}_update_locked {of_table}")
    await desk.database.execute(f"UPDATE {table} SET {change}")  # noqa: S608
    after = await verified(desk)
    assert (after["matches"], after["sha256"]) == (False, before["sha256"])


async def verified(desk: Desk) -> dict[str, Any]:
    found: dict[str, Any] = (await desk.ask(VERIFY))["verifyCycle"]
    return found
