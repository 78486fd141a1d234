"""Tortoise's asyncpg engine, with four traps closed.

- A connection that breaks while a transaction begins or ends cannot be given back without an error, after which the
  task would keep the dead transaction as its connection for ever: the task lets go of it first.
- A cancellation while a transaction begins would leak its pooled connection: it is terminated and given back.
- A task born inside a transaction keeps a connection that belongs to others by then: it is refused.
- Every release would run four reset statements. Nothing here sets session state (advisory locks are per
  transaction), so none are run, which halves the time of a short query.

A transaction may begin with plans that are kept. PostgreSQL thinks that it can do better for an array whose length it
knows, and plans such a statement anew each time, which for a short one is half of its cost.
"""

from contextlib import suppress
from typing import Any

import asyncpg
from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper
from tortoise.backends.base.client import (
    ConnectionWrapper,
    NestedTransactionContext,
    TransactionalDBClient,
    TransactionContext,
    TransactionContextPooled,
)
from tortoise.connection import get_connections
from tortoise.exceptions import DBConnectionError, TransactionManagementError


class Connection(asyncpg.Connection):
    def get_reset_query(self) -> str:
        return ""


BEGIN = "BEGIN"
KEPT_PLANS = {"plan_cache_mode": "force_generic_plan", "enable_seqscan": "off"}
"""A plan that is kept may be made while a table is empty; it shall serve when the table is not."""
BEGIN_WITH_KEPT_PLANS = "; ".join([BEGIN, *(f"SET LOCAL {name} = {value}" for name, value in KEPT_PLANS.items())])


class Transaction(TransactionWrapper):
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
        if self._finalized:
            raise TransactionManagementError("this transaction is over; start tasks after it, not inside it")
        return super().acquire_connection()


class TransactionBoundary(TransactionContextPooled):
    __slots__ = ()

    async def __aenter__(self) -> TransactionalDBClient:
        client: Any = self.client
        client._connection = None  # noqa: SLF001
        try:
            return await super().__aenter__()
        except BaseException:
            token = getattr(self, "token", None)
            if token is not None:
                get_connections().reset(token)
            connection = client._connection  # noqa: SLF001
            if connection is not None:
                with suppress(asyncpg.InterfaceError):  # it was lost, and is back in the pool
                    connection.terminate()
                await client._parent._pool.release(connection)  # noqa: SLF001
            raise

    async def __aexit__(self, exc_type: Any, exc_val: Any, exc_tb: Any) -> None:
        client: Any = self.client
        try:
            if exc_type is None:
                await client.commit()
            else:
                await client.rollback()
        finally:
            get_connections().reset(self.token)
            await client._parent._pool.release(client._connection)  # noqa: SLF001


def keep_plans(boundary: TransactionContext) -> None:
    """Of a transaction of PostgreSQL's that has not begun; any other has no plans to keep."""
    if isinstance(boundary, TransactionBoundary) and isinstance(boundary.client, Transaction):
        boundary.client.beginning = BEGIN_WITH_KEPT_PLANS


class Client(AsyncpgDBClient):
    connection_class = Connection  # type: ignore[assignment]  # its records are ours to choose

    async def create_connection(self, with_db: bool) -> None:
        try:
            await super().create_connection(with_db)
        except asyncpg.PostgresError as error:  # such as a wrong password, or a server that is starting
            raise DBConnectionError(str(error)) from error

    def _in_transaction(self) -> TransactionContext:
        return TransactionBoundary(Transaction(self), self._pool_init_lock)


client_class = Client
