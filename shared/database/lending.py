"""Connections of a pool that go from one to the next.

asyncpg's pool takes every connection back in a task of its own, looks it over and sets a timer for it, which is as much
work as two short queries. A connection that nothing has happened to need not be looked over: it stays borrowed from
the pool, for whoever comes next.
"""

from typing import Any

import asyncpg
from asyncpg.pool import PoolConnectionProxy


class Lending:
    """Nobody else takes connections from the pool."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]") -> None:
        self._pool = pool
        self._free: list[PoolConnectionProxy[asyncpg.Record]] = []
        self._waiting = 0

    async def lend(self) -> "PoolConnectionProxy[asyncpg.Record]":
        while self._free:
            connection = self._free.pop()
            if not _is_lost(connection):
                return connection
            await self._pool.release(connection)
        self._waiting += 1
        try:
            return await self._pool.acquire()
        finally:
            self._waiting -= 1

    async def take_back(self, connection: "PoolConnectionProxy[asyncpg.Record]", *, intact: bool) -> None:
        """`intact`: nothing that was asked of it failed or was cancelled, and no transaction is open."""
        if intact and not self._waiting:
            self._free.append(connection)
        else:
            await self._pool.release(connection)

    async def end(self) -> None:
        """Before the pool is closed, which waits for all that was borrowed."""
        while self._free:
            await self._pool.release(self._free.pop())


def _is_lost(connection: Any) -> bool:
    """A connection that breaks is back in the pool at once, and what was lent has none any more."""
    own = connection._con  # noqa: SLF001
    return own is None or own.is_closed()
