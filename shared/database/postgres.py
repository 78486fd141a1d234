"""Tortoise's asyncpg engine, with five traps closed, and statements that go straight to asyncpg.

- A connection that breaks while a transaction ends cannot be given back without an error, after which the task would
  keep the dead transaction as its connection for ever: the task lets go of it first.
- A cancellation while a transaction begins would leak its pooled connection: nothing is waited for there.
- A rollback cannot reach a connection that was lost, and its error would hide what was: it is passed over.
- A task born inside a transaction keeps a connection that belongs to others by then: it is refused.
- Every release would run four reset statements. Nothing here sets session state (advisory locks are per
  transaction), so none are run, which halves the time of a short query.

A transaction begins with its first statement: BEGIN goes ahead of it in the same write, and nobody waits for it.

It may begin with plans that are kept. PostgreSQL thinks that it can do better for an array whose length it knows, and
plans such a statement anew each time, which for a short one is half of its cost.
"""

from abc import abstractmethod
from collections.abc import Sequence
from contextlib import suppress
from struct import pack
from typing import Any

import asyncpg
from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper
from tortoise.backends.base.client import (
    BaseDBAsyncClient,
    ConnectionWrapper,
    NestedTransactionContext,
    PoolConnectionWrapper,
    TransactionalDBClient,
    TransactionContext,
    TransactionContextPooled,
)
from tortoise.connection import get_connections
from tortoise.exceptions import DBConnectionError, IntegrityError, OperationalError, TransactionManagementError

from shared.database.lending import Lending

Answer = tuple[list[asyncpg.Record], bytes]
"""A statement's rows, and the server's word of what it did, like b"UPDATE 5"."""


KEPT_PLANS = {"plan_cache_mode": "force_generic_plan", "enable_seqscan": "off"}
"""A plan that is kept may be made while a table is empty; it shall serve when the table is not."""


def _message(kind: bytes, body: bytes) -> bytes:
    return kind + pack("!i", 4 + len(body)) + body


def _running(statement: str) -> bytes:
    """What runs a statement without parameters and rows: parse, bind and execute it, all without a name."""
    parse = _message(b"P", b"\0" + statement.encode() + b"\0" + bytes(2))
    return parse + _message(b"B", bytes(8)) + _message(b"E", bytes(5))


class Beginning:
    """What a transaction begins with: as one statement, and as the messages that go ahead of another one."""

    def __init__(self, *statements: str) -> None:
        self.statement = "; ".join(statements)
        self.messages = b"".join(map(_running, statements))


BEGIN = Beginning("BEGIN")
BEGIN_WITH_KEPT_PLANS = Beginning("BEGIN", *(f"SET LOCAL {name} = {value}" for name, value in KEPT_PLANS.items()))


class Connection(asyncpg.Connection):
    ahead: Beginning | None = None
    """What leaves in one write with the next statement."""

    def get_reset_query(self) -> str:
        return ""

    async def answer(self, statement: str, parameters: Sequence[object]) -> Answer:
        """asyncpg's `fetch` and `execute` in one, by the way that both go in the end, for the only one who asks.

        A statement whose tables were altered since it was prepared is prepared again, as asyncpg would.
        """
        here: Any = self  # what is asyncpg's own is not in its types
        known = here._stmt_cache.get((statement, asyncpg.Record, False))  # noqa: SLF001
        prepared = known or await here._get_statement(statement, None)  # noqa: SLF001
        if self.ahead:
            here._transport.write(self.ahead.messages)  # noqa: SLF001
            self.ahead = None
        try:
            rows, status, _ = await here._protocol.bind_execute(prepared, parameters, "", 0, True, None)  # noqa: SLF001
        except asyncpg.InvalidCachedStatementError:
            here._drop_global_statement_cache()  # noqa: SLF001
            if self.is_in_transaction():
                raise
            return await self.answer(statement, parameters)
        return rows, status


class _Asking(BaseDBAsyncClient):
    """Tortoise's two ways of running a statement, with its errors and without the dozen calls that each costs."""

    async def execute_query(self, query: str, values: list[Any] | None = None) -> tuple[int, list[Any]]:
        """How many rows it changed or found, and the rows by name and position."""
        rows, status = await self._ask(query, values or ())
        last = status.rpartition(b" ")[2]
        return int(last) if last.isdigit() else 0, rows

    async def execute_query_dict(self, query: str, values: list[Any] | None = None) -> list[dict[str, Any]]:
        rows, _ = await self._ask(query, values or ())
        names = tuple(rows[0].keys()) if rows else ()
        return [dict(zip(names, row, strict=True)) for row in rows]  # dict(row) would look every name up

    async def _ask(self, statement: str, parameters: Sequence[object]) -> Answer:
        self.log.debug("%s: %s", statement, parameters)
        try:
            return await self._answer(statement, parameters)
        except (asyncpg.SyntaxOrAccessError, asyncpg.DataError) as error:
            raise OperationalError(error) from error
        except asyncpg.IntegrityConstraintViolationError as error:
            raise IntegrityError(error) from error
        except asyncpg.InvalidTransactionStateError as error:
            raise TransactionManagementError(error) from error

    @abstractmethod
    async def _answer(self, statement: str, parameters: Sequence[object]) -> Answer:
        """On the connection that the client has, or on one that it borrows."""


class Transaction(_Asking, TransactionWrapper):
    """Begins with its first statement, in one round trip. Without a statement nothing begins, and nothing ends."""

    _connection: Connection
    _savepoint: str | None = None
    beginning = BEGIN

    def _in_transaction(self) -> TransactionContext:
        return NestedTransactionContext(Transaction(self))

    def keep_plans(self) -> None:
        """Before it begins. One inside another has the plans that the other has."""
        self.beginning = BEGIN_WITH_KEPT_PLANS

    async def begin(self) -> None:
        self._connection.ahead = self.beginning

    async def begin_now(self) -> None:
        """Before something that `answer` does not ask."""
        beginning, self._connection.ahead = self._connection.ahead, None
        if beginning:
            await self._connection.execute(beginning.statement)

    async def savepoint(self) -> None:
        self._savepoint = f"savepoint_{id(self)}"
        await self.begin_now()
        await self._connection.execute(f"SAVEPOINT {self._savepoint}")

    async def commit(self) -> None:
        await self._end("COMMIT")

    async def rollback(self) -> None:
        await self._end("ROLLBACK")

    async def release_savepoint(self) -> None:
        await self._end(f"RELEASE SAVEPOINT {self._savepoint}")

    async def savepoint_rollback(self) -> None:
        await self._end(f"ROLLBACK TO SAVEPOINT {self._savepoint}")

    async def _end(self, statement: str) -> None:
        if self._finalized:
            raise TransactionManagementError("this transaction is over")
        if self._connection.ahead:
            self._connection.ahead = None
        else:
            await self._connection.execute(statement)
        self._finalized = True

    def acquire_connection(self) -> ConnectionWrapper[Any]:
        self._require_open()
        return _Begun(self._lock, self)

    async def _answer(self, statement: str, parameters: Sequence[object]) -> Answer:
        self._require_open()
        await self._lock.acquire()
        try:
            return await self._connection.answer(statement, parameters)
        finally:
            self._lock.release()

    def _require_open(self) -> None:
        if self._finalized:
            raise TransactionManagementError("this transaction is over; start tasks after it, not inside it")


class _Begun(ConnectionWrapper[Any]):
    """A transaction's connection for what asks asyncpg itself, such as COPY."""

    async def __aenter__(self) -> Any:
        connection = await super().__aenter__()
        try:
            await self.client.begin_now()  # type: ignore[attr-defined]
        except BaseException:
            self._lock.release()
            raise
        return connection


class TransactionBoundary(TransactionContextPooled):
    __slots__ = ("_connections", "_lending", "_lent")

    async def __aenter__(self) -> TransactionalDBClient:
        client: Any = self.client
        await self.ensure_connection()
        self._lending: Lending = client._parent.lending  # noqa: SLF001
        self._lent: Any = await self._lending.lend()
        client._connection = self._lent._con  # noqa: SLF001
        self._connections = get_connections()
        self.token = self._connections.set(self.connection_name, client)
        await client.begin()
        return self.client

    async def __aexit__(self, exc_type: Any, exc_val: Any, exc_tb: Any) -> None:
        intact = False
        try:
            if exc_type is None:
                await self.client.commit()
                intact = True
            else:
                with suppress(asyncpg.InterfaceError):  # it was lost, and the error says with what
                    await self.client.rollback()
                    intact = True
        finally:
            self._connections.reset(self.token)
            await self._lending.take_back(self._lent, intact=intact)


class _Loan(PoolConnectionWrapper[Any]):
    async def __aenter__(self) -> Any:
        await self.ensure_connection()
        self.connection = await self.client.lending.lend()  # type: ignore[attr-defined]
        return self.connection

    async def __aexit__(self, exc_type: Any, exc_val: Any, exc_tb: Any) -> None:
        await self.client.lending.take_back(self.connection, intact=exc_type is None)  # type: ignore[attr-defined]


class Client(_Asking, AsyncpgDBClient):
    connection_class = Connection  # type: ignore[assignment]  # its records are ours to choose
    lending: Lending

    async def create_connection(self, with_db: bool) -> None:
        try:
            await super().create_connection(with_db)
        except asyncpg.PostgresError as error:  # such as a wrong password, or a server that is starting
            raise DBConnectionError(str(error)) from error
        pool: Any = self._pool
        self.lending = Lending(pool)

    async def _close(self) -> None:
        if self._pool:
            await self.lending.end()
        await super()._close()

    def acquire_connection(self) -> PoolConnectionWrapper[Any]:
        return _Loan(self, self._pool_init_lock)

    async def _answer(self, statement: str, parameters: Sequence[object]) -> Answer:
        async with self.acquire_connection() as connection:
            answer: Answer = await connection.answer(statement, parameters)
        return answer

    def _in_transaction(self) -> TransactionContext:
        return TransactionBoundary(Transaction(self), self._pool_init_lock)


client_class = Client
