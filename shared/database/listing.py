"""Rows of one kind that meet conditions, read page by page in a stable order."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from shared.database.database import Statements
from shared.database.row import Row
from shared.errors import InvalidInput

Filter = tuple[str, Sequence[object]]
"""A condition with `{}` for each of its parameters, and those."""


@dataclass(frozen=True, slots=True)
class Conditions:
    """Conditions joined by AND, and their parameters."""

    text: str = "true"
    parameters: tuple[object, ...] = ()

    def and_(self, condition: str, *parameters: object) -> "Conditions":
        """With one more, which has `{}` for each of its parameters. Raises InvalidInput for what no row can hold."""
        for parameter in parameters:
            _check(parameter)
        first = len(self.parameters) + 1
        numbered = condition.format(*(f"${first + i}" for i in range(len(parameters))))
        return Conditions(f"{self.text} AND ({numbered})", (*self.parameters, *parameters))

    def and_all(self, filters: Sequence[Filter]) -> "Conditions":
        conditions = self
        for condition, parameters in filters:
            conditions = conditions.and_(condition, *parameters)
        return conditions


def _check(parameter: object) -> None:
    if isinstance(parameter, str) and "\0" in parameter:
        raise InvalidInput("a text with a NUL in it is in no row")
    if isinstance(parameter, datetime) and parameter.tzinfo is None:
        raise InvalidInput("an instant needs its offset from UTC")


@dataclass(frozen=True, slots=True)
class Order:
    """A stable order by a column, further ones where it is equal, and the id; `alias` is the table's."""

    alias: str
    column: str
    descending: bool = False
    then: tuple[str, ...] = ()

    def after(self, conditions: Conditions, key: Sequence[object] | None) -> Conditions:
        if key is None:
            return conditions
        sign = "<" if self.descending else ">"
        columns = ", ".join(f"{self.alias}.{column}" for column in self._columns)
        return conditions.and_(f"({columns}) {sign} ({', '.join('{}' for _ in self._columns)})", *key)

    def key(self, row: Row) -> tuple[object, ...]:
        """The row's place in the order, which a cursor names."""
        return tuple(row[column] for column in self._columns)

    @property
    def _columns(self) -> tuple[str, ...]:
        return (self.column, *self.then, "id")

    def __str__(self) -> str:
        direction = " DESC" if self.descending else ""
        return f"ORDER BY {', '.join(f'{self.alias}.{column}{direction}' for column in self._columns)}"


@dataclass(frozen=True, slots=True)
class Listing:
    """`select` is a SELECT without conditions, with one FROM: what is counted starts there."""

    select: str
    conditions: Conditions
    order: Order

    async def all(self, statements: Statements) -> list[Row]:
        statement = f"{self.select} WHERE {self.conditions.text} {self.order}"
        return await statements.rows(statement, *self.conditions.parameters)

    async def unordered(self, statements: Statements) -> list[Row]:
        """As they are found, which suits whoever looks for them by their keys."""
        return await statements.rows(f"{self.select} WHERE {self.conditions.text}", *self.conditions.parameters)

    async def page(self, statements: Statements, after: Sequence[object] | None, limit: int) -> list[Row]:
        """Up to `limit` rows after the one whose key is given."""
        conditions = self.order.after(self.conditions, after)
        statement = f"{self.select} WHERE {conditions.text} {self.order} LIMIT {limit}"
        return await statements.rows(statement, *conditions.parameters)

    async def count(self, statements: Statements) -> int:
        source = self.select[self.select.index("FROM") :]
        statement = f"SELECT count(*) AS n {source} WHERE {self.conditions.text}"
        return int(await statements.value(statement, *self.conditions.parameters))
