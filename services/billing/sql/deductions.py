"""Amounts to hold back from payouts."""

from shared.database.database import Transaction

_INSERT = """
INSERT INTO payout_deduction (id, tutor_id, month, label, amount_minor, currency, added_at, added_by)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
"""


async def insert_deduction(transaction: Transaction, values: tuple[object, ...]) -> None:
    """Id, tutor, month, label, amount, currency, when and by whom."""
    await transaction.execute(_INSERT, *values)
