"""One writer of the months at a time, on one picture of the data."""

from shared.database.database import Transaction


async def stand_still(transaction: Transaction) -> None:
    """Must come first in the transaction. Whoever changes what a close reads (cycles, rates, discounts, deductions)
    or writes waits here for the others; what arrives meanwhile from other services is not seen.

    LOCK TABLE takes no snapshot, so the one that the first query takes already has whatever was waited for.
    SQLite's BEGIN IMMEDIATE gives the same.
    """
    if transaction.dialect == "postgres":
        await transaction.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        await transaction.execute("LOCK TABLE billing_cycle IN SHARE ROW EXCLUSIVE MODE")


async def look_at(transaction: Transaction, table: str) -> None:
    """Shows PostgreSQL's planner the rows just written; it would still take them for none and join one by one."""
    if transaction.dialect == "postgres":
        await transaction.execute(f"ANALYZE {table}")
