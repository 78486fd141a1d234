"""Tables of bad input: what they name, and what must still be as it was."""

from collections.abc import Iterable, Mapping
from typing import Any

from shared.database.database import Database


def filled_in(value: Any, names: Mapping[str, str]) -> Any:
    """With each "@name" replaced by what it stands for."""
    if isinstance(value, dict):
        return {field: filled_in(inner, names) for field, inner in value.items()}
    if isinstance(value, list):
        return [filled_in(inner, names) for inner in value]
    return names[value[1:]] if isinstance(value, str) and value.startswith("@") else value


async def contents(database: Database, tables: Iterable[str]) -> dict[str, list[Any]]:
    return {table: await database.rows(f"SELECT * FROM {table}") for table in tables}  # noqa: S608
