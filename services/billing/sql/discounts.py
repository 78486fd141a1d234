"""Parents' standing discounts."""

from datetime import date
from uuid import UUID

from services.billing.domain.statements import DiscountKind, DiscountRule
from shared.database.database import Statements, Transaction
from shared.database.row import Row

RULE_COLUMNS = "id, parent_id, kind, size, label, valid_from, valid_until"

_INSERT = f"""
INSERT INTO discount_rule ({RULE_COLUMNS}, added_at, added_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
"""
_OF_ID = f"SELECT {RULE_COLUMNS} FROM discount_rule WHERE id = $1"
_END = "UPDATE discount_rule SET valid_until = $2 WHERE id = $1"


async def insert_rule(transaction: Transaction, values: tuple[object, ...]) -> None:
    """The columns of a rule, when and by whom."""
    await transaction.execute(_INSERT, *values)


async def rule_of(statements: Statements, rule_id: UUID) -> DiscountRule | None:
    row = await statements.row(_OF_ID, rule_id)
    return discount_rule(row) if row else None


async def set_last_day(transaction: Transaction, rule_id: UUID, last_day: date) -> None:
    await transaction.execute(_END, rule_id, last_day)


def discount_rule(row: Row) -> DiscountRule:
    """Of a row that has RULE_COLUMNS."""
    return DiscountRule(
        row["id"], DiscountKind(row["kind"]), row["size"], row["label"], row["valid_from"], row["valid_until"]
    )
