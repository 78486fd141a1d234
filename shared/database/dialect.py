"""Statements are written once, for PostgreSQL; SQLite is handed the same statement in its own words.

    $1                                  ?1
    expression::bigint                  expression                  (SQLite's columns are already what they say)
    = ANY($1::uuid[])                   IN (SELECT value FROM json_each(?1))
    SELECT unnest($1::uuid[]) AS name   SELECT value AS name FROM json_each(?1)
    SELECT * FROM unnest($1::uuid[], $2::date[])  VALUES (?1, ?2)   (execute_set runs it once for each row)
    octet_length(text)                  length(CAST(text AS BLOB))
    FOR UPDATE SKIP LOCKED, FOR SHARE   nothing                     (BEGIN IMMEDIATE holds the whole file)
    ANALYZE name                        unchanged

Anything else that differs is written twice, beside each other, by the one who needs it.
"""

import json
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

UNNEST = re.compile(r"SELECT \* FROM unnest\(((?:\$\d+::\w+\[\](?:,\s*)?)+)\)", re.IGNORECASE)

_REWRITES = [
    (re.compile(r"= ANY\(\$(\d+)(?:::\w+\[\])?\)"), r"IN (SELECT value FROM json_each(?\1))"),
    (
        re.compile(r"SELECT unnest\(\$(\d+)(?:::\w+\[\])?\) AS (\w+)", re.IGNORECASE),
        r"SELECT value AS \2 FROM json_each(?\1)",
    ),
    (UNNEST, r"VALUES (\1)"),
    (re.compile(r"\boctet_length\((\w+)\)"), r"length(CAST(\1 AS BLOB))"),
    (re.compile(r"\bFOR (?:NO KEY )?(?:UPDATE|SHARE)(?: OF \w+(?:, \w+)*)?(?: SKIP LOCKED| NOWAIT)?"), ""),
    (re.compile(r"::\w+(?:\[\])?"), ""),
    (re.compile(r"\$(\d+)"), r"?\1"),
]


@lru_cache(maxsize=1024)
def for_sqlite(statement: str) -> str:
    for pattern, replacement in _REWRITES:
        statement = pattern.sub(replacement, statement)
    return statement


def parameters_for_sqlite(parameters: Sequence[Any]) -> list[Any]:
    """Arrays travel as JSON, which is what json_each reads."""
    return [json.dumps(p, default=str) if isinstance(p, (list, tuple, set, frozenset)) else p for p in parameters]
