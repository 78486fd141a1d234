"""What is written over a set of rows, and how several of those become one statement, which is one round trip."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from shared.database.dialect import UNNEST

_PARAMETER = re.compile(r"\$(\d+)")


class Writing(NamedTuple):
    """A statement, and rows which it reads by `SELECT * FROM unnest($1::uuid[], $2::date[])`: a parameter a column."""

    statement: str
    rows: Sequence[Sequence[object]]


def for_postgres(writings: Sequence[Writing]) -> tuple[str, list[object]]:
    """One statement that does all of them, and its parameters.

    Where each has one row, its columns are plain parameters: the driver takes ten steps to look into an array.
    """
    statements = tuple(writing.statement for writing in writings)
    if all(len(writing.rows) == 1 for writing in writings):
        return _as_one(statements, of_one_row=True), [value for writing in writings for value in writing.rows[0]]
    columns: list[object] = [list(column) for writing in writings for column in zip(*writing.rows, strict=True)]
    return _as_one(statements, of_one_row=False), columns


@lru_cache(maxsize=256)
def _as_one(statements: tuple[str, ...], *, of_one_row: bool) -> str:
    """Each one's parameters follow those of the one before. All see the tables as they were before the first."""
    parts: list[str] = []
    taken = 0
    for statement in statements:
        parts.append(_counting_from(taken, _of_one_row(statement) if of_one_row else statement))
        taken += max(int(number) for number in _PARAMETER.findall(statement))
    if len(parts) == 1:
        return parts[0]
    named = ", ".join(f"part_{number} AS ({part})" for number, part in enumerate(parts))
    return f"WITH {named} SELECT"


def _of_one_row(statement: str) -> str:
    return UNNEST.sub(lambda found: f"SELECT {found[1].replace('[]', '')}", statement)


def _counting_from(taken: int, statement: str) -> str:
    return _PARAMETER.sub(lambda found: f"${int(found[1]) + taken}", statement)
