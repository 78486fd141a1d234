"""Tortoise's asyncpg engine, with four traps closed, and statements that go straight to asyncpg.

- A connection that breaks while a transaction begins or ends cannot be given back without an error, after which the
  task would keep the dead transaction as its connection for ever: the task lets go of it first.
- A cancellation while a transaction begins would leak its pooled connection: it is terminated and given back.
- A task born inside a transaction keeps a connection that belongs to others by then: it is refused.
- Every release would run four reset statements. Nothing here sets session state (advisory locks are per
  transaction), so none are run, which halves the time of a short query.

A transaction may begin with plans that are kept. PostgreSQL thinks that it can do better for an array whose length it
knows, and plans such a statement anew each time, which for a short one is half of its cost.
"""

from abc import abstractmethod
from collections.abc import Sequence
from contextlib import suppress
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


class Connection(asyncpg.Connection):
    def get_reset_query(self) -> str:
        return ""

    async def answer(self, statement: str, parameters: Sequence[object]) -> Answer:
        """asyncpg's `fetch` and `execute` in one, by the way that both go in the end."""

        here: Any = self  # what is asyncpg's own is not in its types

        def execute(prepared: Any, timeout: float | None) -> Any:
            return here._protocol.bind_execute(prepared, parameters, "", 0, True, timeout)  # noqa: SLF001

        with here._stmt_exclusive_section:  # noqa: SLF001
            (rows, status, _), _ = await here._do_execute(statement, execute, None)  # noqa: SLF001
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


BEGIN = "BEGIN"
KEPT_PLANS = {"plan_cache_mode": "force_generic_plan", "enable_seqscan": "off"}
"""A plan that is kept may be made while a table is empty; it shall serve when the table is not."""
BEGIN_WITH_KEPT_PLANS = "; ".join([BEGIN, *(f"SET LOCAL {name} = {value}" for name, value in KEPT_PLANS.items())])


class Transaction(_Asking, TransactionWrapper):
    """Says BEGIN and the like itself: asyncpg's own could not set anything without another round trip."""

    _savepoint: str | None = None
    beginning = BEGIN

    def _in_transaction(self) -> TransactionContext:
        return NestedTransactionContext(Transaction(self))

    async def begin(self) -> None:
        await self._connection.execute(self.beginning)

    async def savepoint(self) -> None:
        self._savepoint = f"savepoint_{id(self)}"
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
        await self._connection.execute(statement)
        self._finalized = True

    def acquire_connection(self) -> ConnectionWrapper[Any]:
        self._require_open()
        return super().acquire_connection()

    async def _answer(self, statement: str, parameters: Sequence[object]) -> Answer:
        self._require_open()
        connection: Any = self._connection
        async with self._lock:
            answer: Answer = await connection.answer(statement, parameters)
        return answer

    def _require_open(self) -> None:
        if self._finalized:
            raise TransactionManagementError("this transaction is over; start tasks after it, not inside it")


class TransactionBoundary(TransactionContextPooled):
    __slots__ = ("_lending",)

    async def __aenter__(self) -> TransactionalDBClient:
        client: Any = self.client
        await self.ensure_connection()
        self._lending: Lending = client._parent.lending  # noqa: SLF001
        client._connection = await self._lending.lend()  # noqa: SLF001
        self.token = get_connections().set(self.connection_name, client)
        try:
            await client.begin()
        except BaseException:
            get_connections().reset(self.token)
            with suppress(asyncpg.InterfaceError):  # it was lost, and is back in the pool
                client._connection.terminate()  # noqa: SLF001
            await self._lending.take_back(client._connection, intact=False)  # noqa: SLF001
            raise
        return self.client

    async def __aexit__(self, exc_type: Any, exc_val: Any, exc_tb: Any) -> None:
        client: Any = self.client
        intact = False
        try:
            if exc_type is None:
                await client.commit()
            else:
                await client.rollback()
            intact = True
        finally:
            get_connections().reset(self.token)
            await self._lending.take_back(client._connection, intact=intact)  # noqa: SLF001


def keep_plans(boundary: TransactionContext) -> None:
    """Of a transaction of PostgreSQL's that has not begun; any other has no plans to keep."""
    if isinstance(boundary, TransactionBoundary) and isinstance(boundary.client, Transaction):
        boundary.client.beginning = BEGIN_WITH_KEPT_PLANS


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
