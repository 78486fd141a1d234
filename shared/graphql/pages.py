"""Relay connections over rows in a stable order.

A cursor is the order's key of its row and says nothing else: what a viewer may see is decided by the query that it
continues, not by the cursor.
"""

import base64
import binascii
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Generic, TypeVar
from uuid import UUID

import msgspec
import strawberry

from shared.errors import InvalidInput

LONGEST_PAGE = 100
DEFAULT_PAGE = 20
NOT_A_CURSOR = "that cursor is not of this list"

T = TypeVar("T")
TIME_KEY: type[Any] = tuple[datetime, UUID]
"""The order key of what is listed by an instant."""


@strawberry.federation.type(shareable=True)
class PageInfo:
    has_next_page: bool
    has_previous_page: bool
    start_cursor: str | None
    end_cursor: str | None


@strawberry.federation.type(shareable=True)
class Edge(Generic[T]):
    cursor: str
    node: T


@strawberry.federation.type(shareable=True)
class Connection(Generic[T]):
    shown: strawberry.Private[list[T]]
    keys: strawberry.Private[Callable[[], Iterable[Sequence[Any]]]]
    page_info: PageInfo
    count: strawberry.Private[Callable[[], Awaitable[int]]]

    @strawberry.field
    def edges(self) -> list[Edge[T]]:
        return [Edge(cursor=_write_cursor(key), node=node) for key, node in zip(self.keys(), self.shown, strict=True)]

    @strawberry.field
    def nodes(self) -> list[T]:
        return self.shown

    @strawberry.field
    async def total_count(self) -> int:
        """How many there are on all pages together."""
        return await self.count()


@dataclass(frozen=True, slots=True)
class Page:
    """What was asked for: `first` rows after the row whose order key is `after`."""

    first: int
    after: tuple[Any, ...] | None

    @classmethod
    def asked(cls, first: int | None, after: str | None, key: type[Any]) -> "Page":
        """Reads the arguments of a connection; `key` is the order key's type, like tuple[datetime, UUID].

        Raises InvalidInput for a page that is too long or a cursor that is not of this connection.
        """
        size = DEFAULT_PAGE if first is None else first
        if not 1 <= size <= LONGEST_PAGE:
            raise InvalidInput(f"first is from 1 to {LONGEST_PAGE}, not {size}")
        return cls(size, None if after is None else _read_cursor(after, key))

    @property
    def limit(self) -> int:
        """How many rows to read: one more than asked tells whether there is a next page."""
        return self.first + 1


def connection(
    page: Page,
    rows: Sequence[Any],
    *,
    key: Callable[[Any], Sequence[Any]],
    node: Callable[[Any], T],
    count: Callable[[], Awaitable[int]],
) -> Connection[T]:
    """Of up to `page.limit` rows: `key` gives a row's order key, `node` what the client sees of it."""
    shown = rows[: page.first]
    info = PageInfo(
        has_next_page=len(rows) > page.first,
        has_previous_page=page.after is not None,
        start_cursor=_write_cursor(key(shown[0])) if shown else None,
        end_cursor=_write_cursor(key(shown[-1])) if shown else None,
    )
    return Connection(shown=[node(row) for row in shown], keys=partial(map, key, shown), page_info=info, count=count)


def empty_connection() -> Connection[Any]:
    """Of what one may not see."""

    async def none() -> int:
        return 0

    return connection(Page(1, None), [], key=tuple, node=lambda row: row, count=none)


def page_of(
    page: Page, rows: Sequence[Any], *, key: Callable[[Any], Sequence[Any]], node: Callable[[Any], T]
) -> Connection[T]:
    """A page of rows that a loader has read whole; their order is theirs, a key names a place in it.

    Raises InvalidInput when the cursor is of none of them.
    """
    keys = [tuple(key(row)) for row in rows]
    if page.after is not None and page.after not in keys:
        raise InvalidInput(NOT_A_CURSOR)
    start = 0 if page.after is None else keys.index(page.after) + 1

    async def count() -> int:
        return len(rows)

    return connection(page, rows[start : start + page.limit], key=key, node=node, count=count)


def _write_cursor(key: Sequence[Any]) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(list(key))).decode()


def _read_cursor(cursor: str, key: type[Any]) -> tuple[Any, ...]:
    try:
        decoded: tuple[Any, ...] = msgspec.json.decode(base64.urlsafe_b64decode(cursor), type=key)
    except (binascii.Error, ValueError, msgspec.MsgspecError):
        raise InvalidInput(NOT_A_CURSOR) from None
    return decoded
