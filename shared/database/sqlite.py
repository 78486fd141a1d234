"""Tortoise's SQLite engine, with six traps closed.

- A cancellation while a connection opens would leave its thread to speak to a loop that is closed by then: the
  opening is finished first, then closed.
- A cancellation while a transaction begins would keep the file's only lock for ever: it is given back.
- `begin` would commit what a cancelled predecessor left open: it is rolled back.
- A script inside a transaction would commit it first: its statements are run one by one.
- A task born inside a transaction keeps its connection, and would write into whatever transaction runs when it
  gets there: it is refused.
- A datetime would be stored with the offset it came with, and compare as text: all are stored in UTC. Columns of
  datetimes, dates and UUIDs come back as such from raw statements too, as they do from PostgreSQL.
"""

import asyncio
import sqlite3
from collections.abc import Iterator
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

import aiosqlite
from tortoise.backends.base.client import (
    ConnectionWrapper,
    NestedTransactionContext,
    TransactionalDBClient,
    TransactionContext,
)
from tortoise.backends.sqlite.client import SqliteClient, SqliteTransactionContext, SqliteTransactionWrapper
from tortoise.connection import get_connections
from tortoise.exceptions import TransactionManagementError


def _in_utc(value: datetime) -> str:
    return (value.astimezone(UTC) if value.tzinfo else value).isoformat(" ")


def _aware(stored: bytes) -> datetime:
    value = datetime.fromisoformat(stored.decode())
    return value if value.tzinfo else value.replace(tzinfo=UTC)


@lru_cache(maxsize=8_192)
def _uuid(stored: bytes) -> UUID:
    """Many rows name the same few: a parent, a tutor. Making one takes longer than reading the rest of its row."""
    return UUID(stored.decode())


def _statements_of(script: str) -> Iterator[str]:
    statement = ""
    for piece in script.split(";"):
        statement += piece + ";"
        if sqlite3.complete_statement(statement):  # knows that a trigger's body has semicolons of its own
            if statement.strip() != ";":
                yield statement
            statement = ""


# After tortoise's executor was imported, which registers adapters of its own.
sqlite3.register_adapter(datetime, _in_utc)
sqlite3.register_adapter(UUID, str)
sqlite3.register_converter("TIMESTAMP", _aware)
sqlite3.register_converter("CHAR", _uuid)
sqlite3.register_converter("DATE", lambda stored: date.fromisoformat(stored.decode()))


class Transaction(SqliteTransactionWrapper):
    async def begin(self) -> None:
        if self._connection.in_transaction:
            await self._connection.rollback()
        await self._connection.execute("BEGIN IMMEDIATE")

    def _in_transaction(self) -> TransactionContext:
        return NestedTransactionContext(Transaction(self))

    def acquire_connection(self) -> ConnectionWrapper[aiosqlite.Connection]:
        if self._finalized:
            raise TransactionManagementError("this transaction is over; start tasks after it, not inside it")
        return super().acquire_connection()

    async def execute_script(self, query: str) -> None:
        async with self.acquire_connection() as connection:
            for statement in _statements_of(query):
                await connection.execute(statement)


class TransactionBoundary(SqliteTransactionContext):
    __slots__ = ()

    async def __aenter__(self) -> TransactionalDBClient:
        await self._trxlock.acquire()
        token = None
        try:
            await self.ensure_connection()
            token = self.token = get_connections().set(self.connection_name, self.connection)
            await self.connection.begin()
        except BaseException:
            try:
                if token is not None:
                    get_connections().reset(token)
                    await asyncio.shield(self.connection._connection.rollback())  # noqa: SLF001
            finally:
                self._trxlock.release()
            raise
        transaction: TransactionalDBClient = self.connection
        return transaction


class Client(SqliteClient):
    async def create_connection(self, with_db: bool) -> None:  # noqa: ARG002
        if self._connection is not None:
            return
        opening = asyncio.ensure_future(self._open())
        try:
            self._connection = await asyncio.shield(opening)
        except asyncio.CancelledError:
            await (await opening).close()
            raise
        await self._post_connect()

    async def _open(self) -> aiosqlite.Connection:
        connection = await aiosqlite.connect(
            self.filename, isolation_level=None, detect_types=sqlite3.PARSE_DECLTYPES, timeout=30
        )
        connection.row_factory = sqlite3.Row
        for pragma, value in self.pragmas.items():
            await connection.execute(f"PRAGMA {pragma}={value}")
        return connection

    def _in_transaction(self) -> TransactionContext:
        return TransactionBoundary(Transaction(self), self._lock)

    async def execute_many(self, query: str, values: list[list[Any]]) -> None:
        async with self._in_transaction() as transaction:
            await transaction.execute_many(query, values)


client_class = Client
