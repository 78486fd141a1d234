"""A closed cycle's hash, computed anew from what the database holds."""

from collections.abc import AsyncIterator, Iterable, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any
from uuid import UUID

from services.billing.domain.digest import (
    CHARGE_COLUMNS,
    PAYOUT_COLUMNS,
    STATEMENT_COLUMNS,
    CycleDigest,
    Values,
)
from services.billing.sql.canonical import CANONICAL_PAYOUT_LINE, PAYOUT_LINE_ORDER
from shared.database.database import Statements
from shared.database.row import Row

STATEMENTS_AT_ONCE = 500
PAYOUTS_AT_ONCE = 100

_STATEMENTS = f"""
SELECT id, {STATEMENT_COLUMNS} FROM statement WHERE cycle_id = $1 AND ordinal > $2 ORDER BY ordinal LIMIT $3
"""

_CHARGES = f"""
SELECT statement_id AS owner_id, {CHARGE_COLUMNS} FROM statement_line WHERE statement_id = ANY($1::uuid[])
 ORDER BY statement_id, position
"""

_PAYOUTS = f"""
SELECT id, {PAYOUT_COLUMNS} FROM payout WHERE cycle_id = $1 ORDER BY tutor_id
"""

_PAYOUT_LINES = f"""
SELECT payout_id AS owner_id, {CANONICAL_PAYOUT_LINE} AS line FROM payout_line WHERE payout_id = ANY($1::uuid[])
 ORDER BY payout_id, {PAYOUT_LINE_ORDER}
"""


async def stored_hash(statements: Statements, cycle_id: UUID) -> str:
    """Reads every row that the cycle's hash covers."""
    digest = CycleDigest()
    async for heads in _statement_heads(statements, cycle_id):
        charges = await _by_owner(statements, _CHARGES, heads)
        for head in heads:
            digest.add_statement(_values(head.values()), map(_values, charges.get(head["id"], [])))
    payouts = await statements.rows(_PAYOUTS, cycle_id)
    for start in range(0, len(payouts), PAYOUTS_AT_ONCE):
        heads = payouts[start : start + PAYOUTS_AT_ONCE]
        lines = await _by_owner(statements, _PAYOUT_LINES, heads)
        for head in heads:
            digest.add_payout(_values(head.values()), (line for _, line in lines.get(head["id"], [])))
    return digest.hexdigest()


async def _statement_heads(statements: Statements, cycle_id: UUID) -> AsyncIterator[list[Row]]:
    ordinal = 0
    while heads := await statements.rows(_STATEMENTS, cycle_id, ordinal, STATEMENTS_AT_ONCE):
        yield heads
        ordinal = heads[-1]["ordinal"]


async def _by_owner(statements: Statements, query: str, heads: list[Row]) -> dict[UUID, list[Sequence[Any]]]:
    """Rows by their first column, which names a head."""
    rows = await statements.tuples(query, [head["id"] for head in heads])
    return {owner_id: list(own) for owner_id, own in groupby(rows, key=itemgetter(0))}


def _values(row: Iterable[Any]) -> Values:
    """All columns but the first, which names the row and is no part of the hash."""
    return tuple(row)[1:]
