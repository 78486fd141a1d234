"""Tortoise's asyncpg engine, with four traps closed.

- A connection that breaks while a transaction begins or ends cannot be given back without an error, after which the
  task would keep the dead transaction as its connection for ever: the task lets go of it first.
- A cancellation while a transaction begins would leak its pooled connection: it is terminated and given back.
- A task born inside a transaction keeps a connection that belongs to others by then: it is refused.
- Every release would run four reset statements. Nothing here sets session state (advisory locks are per
  transaction), so none are run, which halves the time of a short query.
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


class Transaction(TransactionWrapper):
    def _in_transaction(self) -> TransactionContext:
        return NestedTransactionContext(Transaction(self))

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
