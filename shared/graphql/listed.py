"""A connection over what a listing reads of the database."""

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from shared.database.database import Statements
from shared.database.listing import Listing
from shared.database.row import Row
from shared.graphql.pages import Connection, Page, connection

T = TypeVar("T")


async def listed(
    statements: Statements,
    listing: Listing,
    first: int | None,
    after: str | None,
    key: type[Any],
    node: Callable[[Row], T],
) -> Connection[T]:
    """A page of what a listing reads; `key` is the type of its order's key."""
    page = Page.asked(first, after, key)
    rows = await listing.page(statements, page.after, page.limit)
    return connection(page, rows, key=listing.order.key, node=node, count=partial(listing.count, statements))
