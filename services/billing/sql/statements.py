"""A month's statements: drafted some at a time, and written."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from itertools import count
from uuid import UUID

from services.billing.domain.accounts import Statement
from services.billing.domain.charges import carried_description
from services.billing.domain.digest import CHARGE_COLUMNS, STATEMENT_COLUMNS, charge_values, statement_values
from services.billing.domain.statements import TaxRate, make_bill
from services.billing.sql.charges import accounts_of
from shared.contracts.billing import STATEMENTS_PER_PART
from shared.database.database import Statements, Transaction
from shared.ids import new_id
from shared.period import Month

STATEMENTS_AT_ONCE = 10 * STATEMENTS_PER_PART
"""Whole parts; their sessions, some ten thousand, are in memory at a time."""

_CARRY = """
INSERT INTO adjustment (id, parent_id, source_statement_id, description, day, amount_minor, currency, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
"""


async def draft_statements(
    statements: Statements, month: Month, parents: Sequence[UUID], taxes: Sequence[TaxRate]
) -> AsyncIterator[list[Statement]]:
    """These parents' statements for the month, at most STATEMENTS_AT_ONCE at a time."""
    ordinals = count(1)
    for start in range(0, len(parents), STATEMENTS_AT_ONCE):
        accounts = await accounts_of(statements, month, some := parents[start : start + STATEMENTS_AT_ONCE])
        yield [
            Statement(new_id(), next(ordinals), parent_id, make_bill(account.charges, account.rules, taxes))
            for parent_id, account in ((parent_id, accounts[parent_id]) for parent_id in some)
        ]


async def insert_statements(transaction: Transaction, cycle_id: UUID, currency: str, some: Sequence[Statement]) -> None:
    """Writes statements with their charges."""
    heads = [(each.statement_id, cycle_id, *statement_values(each, currency)) for each in some]
    await transaction.insert("statement", f"id, cycle_id, {STATEMENT_COLUMNS}", heads)
    charges = [(each.statement_id, *values) for each in some for values in charge_values(each)]
    await transaction.insert("statement_line", f"statement_id, {CHARGE_COLUMNS}", charges)


async def carry_credits(
    transaction: Transaction, month: Month, currency: str, some: Sequence[Statement], now: datetime
) -> None:
    """Leaves every negative total to the parent's next statement."""
    about = (carried_description(month), month.last_day)
    rows = [
        (new_id(), each.parent_id, each.statement_id, *about, each.bill.total_minor, currency, now)
        for each in some
        if each.bill.total_minor < 0
    ]
    await transaction.execute_many(_CARRY, rows)
