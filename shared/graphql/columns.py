"""Types that stand on a row: most of their fields are columns of it, as they are or turned into what the field is.

Nothing is turned before it is asked for: a list's rows are wide, and what is asked of them is not.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import strawberry

from shared.database.row import Row

COLUMN = "column"
"""Under which a field's metadata has its column."""


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    turned: Callable[[Any], Any] | None

    def of(self, row: Row) -> Any:
        value = row[self.name]
        return value if value is None or self.turned is None else self.turned(value)


def column(turned: Callable[[Any], Any] | None = None, *, name: str = "", description: str | None = None) -> Any:
    """A field that is a column of its object's row: the one of its own name, unless another is given. `turned` makes
    the field's value of any that is not null."""
    field = strawberry.field(description=description, metadata={COLUMN: Column(name, turned)})
    field.init = False
    return field


@dataclass(kw_only=True)
class OnRow:
    """A strawberry type whose `row` has the columns of its fields."""

    row: strawberry.Private[Row]
    _columns: ClassVar[Mapping[str, Column]]

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls._columns = {
            python_name: Column(column.name or python_name, column.turned)
            for python_name, field in vars(cls).items()
            if (column := getattr(field, "metadata", {}).get(COLUMN))
        }

    @classmethod
    def of(cls, row: Row) -> Self:
        return cls(row=row)

    @classmethod
    def column_of(cls, python_name: str) -> Column | None:
        return cls._columns.get(python_name)

    def __getattr__(self, python_name: str) -> Any:
        column = self.column_of(python_name)
        if column is None:
            raise AttributeError(python_name)
        return column.of(self.row)
