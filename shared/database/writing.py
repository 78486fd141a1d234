"""What is written over a set of rows, and how several of those become one statement, which is one round trip."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

_PARAMETER = re.compile(r"\$(\d+)")


class Writing(NamedTuple):
    """A statement, and rows which it reads by `SELECT * FROM unnest($1::uuid[], $2::date[])`: a parameter a column."""

    statement: str
    rows: Sequence[Sequence[object]]

    @property
    def columns(self) -> list[list[object]]:
        return [list(column) for column in zip(*self.rows, strict=True)]


@lru_cache(maxsize=256)
def as_one(statements: tuple[str, ...]) -> str:
    """PostgreSQL's one statement that runs them all; each one's parameters follow those of the one before.

    All of them see the tables as they were before the first.
    """
    if len(statements) == 1:
        return statements[0]
    parts: list[str] = []
    taken = 0
    for statement in statements:
        parts.append(f"part_{len(parts)} AS ({_counting_from(taken, statement)})")
        taken += max(int(number) for number in _PARAMETER.findall(statement))
    return f"WITH {', '.join(parts)} SELECT"


def _counting_from(taken: int, statement: str) -> str:
    return _PARAMETER.sub(lambda found: f"${int(found[1]) + taken}", statement)
