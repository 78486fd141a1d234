"""A service's database: opened by URL, bound to the tasks that work for the service, written in transactions."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager, contextmanager
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, Literal
from urllib.parse import unquote, urlsplit

from starlette.types import ASGIApp, Receive, Scope, Send
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.context import TortoiseContext, _current_context
from tortoise.transactions import in_transaction

from shared.database.dialect import for_sqlite, parameters_for_sqlite
from shared.database.row import Row
from shared.database.tls import tls_of
from shared.database.writing import Writing, for_postgres

Dialect = Literal["sqlite", "postgres"]

ROWS_AT_ONCE = 5_000
"""Of a query that is read in pieces."""


@dataclass(frozen=True, slots=True)
class DatabaseConfig:
    """What Tortoise needs to know: the service's name is its app label, its package is `home`.`service`."""

    service: str
    url: str
    home: str = "services"

    @property
    def dialect(self) -> Dialect:
        return "sqlite" if urlsplit(self.url).scheme == "sqlite" else "postgres"

    def for_tortoise(self) -> dict[str, Any]:
        app = {
            "models": [f"{self.home}.{self.service}.tables"],
            "migrations": f"{self.home}.{self.service}.migrations",
            "default_connection": self.connection_name,
        }
        connection = {"engine": f"shared.database.{self.dialect}", "credentials": self._credentials()}
        return {
            "connections": {self.connection_name: connection},
            "apps": {self.service: app},
            "use_tz": True,
            "timezone": "UTC",
        }

    @property
    def connection_name(self) -> str:
        """Tortoise caches statements for the whole process by this name and the table's, and several services
        have an outbox: one name for all would hand one service the other's statements."""
        return f"{self.service}_{self.dialect}"

    @property
    def sqlite_path(self) -> Path:
        """sqlite:///absolute/path or sqlite://relative/path."""
        return Path(unquote(self.url.removeprefix("sqlite://")))

    def _credentials(self) -> dict[str, Any]:
        if self.dialect == "sqlite":
            return {"file_path": str(self.sqlite_path), "synchronous": "FULL", "busy_timeout": 30_000}
        parts = urlsplit(self.url)
        return {
            "host": parts.hostname or "127.0.0.1",
            "port": parts.port or 5432,
            "user": unquote(parts.username or "postgres"),
            "password": unquote(parts.password) if parts.password else None,
            "database": parts.path.lstrip("/"),
            "ssl": tls_of(self.url),
            "minsize": 1,
            "maxsize": 10,
            "application_name": f"nivaa-{self.service}",
            # Every statement has a name of its own: without one it would share it with what goes ahead of it.
            "max_cacheable_statement_size": 0,
            # Dates in texts that the database writes are as SQLite keeps them, whatever the server's own style.
            "server_settings": {"DateStyle": "ISO"},
        }


class Statements:
    """Raw statements in PostgreSQL's words (see dialect.py); inside a transaction they are part of it."""

    def __init__(self, context: TortoiseContext, config: DatabaseConfig) -> None:
        self._context = context
        self.config = config
        self.dialect = config.dialect
        self.connection_name = config.connection_name

    async def rows(self, statement: str, *parameters: object) -> list[Row]:
        """All rows of a query, or of a writing statement with RETURNING."""
        statement, values = self._spoken(statement, parameters)
        return await self._client().execute_query_dict(statement, values)

    async def row(self, statement: str, *parameters: object) -> Row | None:
        """The first row, or None."""
        found = await self.rows(statement, *parameters)
        return found[0] if found else None

    async def value(self, statement: str, *parameters: object) -> Any:
        """The first column of the first row, or None."""
        found = await self.row(statement, *parameters)
        return next(iter(found.values())) if found else None

    async def tuples(self, statement: str, *parameters: object) -> Sequence[Sequence[Any]]:
        """All rows of a query by position: where they come by the million, their names cost as much as they do."""
        statement, values = self._spoken(statement, parameters)
        rows: Sequence[Any] = (await self._client().execute_query(statement, values))[1]
        return rows

    async def execute(self, statement: str, *parameters: object) -> int:
        """Runs a statement whose rows nobody reads; returns how many it changed, on SQLite with those that triggers
        changed."""
        statement, values = self._spoken(statement, parameters)
        return (await self._client().execute_query(statement, values))[0]

    async def execute_many(self, statement: str, rows: Sequence[Sequence[object]]) -> None:
        """The same statement for every row of parameters."""
        if rows:
            spoken = for_sqlite(statement) if self.dialect == "sqlite" else statement
            await self._client().execute_many(spoken, [list(row) for row in rows])

    async def execute_set(self, statement: str, rows: Sequence[Sequence[object]]) -> None:
        """One statement for all rows (see writing.py). On PostgreSQL it takes half the time of execute_many."""
        await self._write([Writing(statement, rows)] if rows else [])

    async def _write(self, writings: Sequence[Writing]) -> None:
        if self.dialect == "sqlite":
            for writing in writings:
                await self.execute_many(*writing)
        elif writings:
            statement, parameters = for_postgres(writings)
            await self._client().execute_query(statement, parameters)

    def _spoken(self, statement: str, parameters: Sequence[object]) -> tuple[str, list[Any]]:
        if self.dialect == "sqlite":
            return for_sqlite(statement), parameters_for_sqlite(parameters)
        return statement, list(parameters)

    def _client(self) -> BaseDBAsyncClient:
        # Asked anew each time: inside a transaction of this task it is the transaction's client, and any
        # other client would wait for the lock which that transaction holds.
        return self._context.connections.get(self.connection_name)


class Transaction(Statements):
    """One open transaction. Nothing slow and no new task inside it."""

    def __init__(self, database: Statements, client: BaseDBAsyncClient) -> None:
        self.config = database.config
        self.dialect = database.dialect
        self.connection_name = database.connection_name
        self._own_client = client
        self._after_commit: list[Callable[[], object]] = []

    def _client(self) -> BaseDBAsyncClient:
        return self._own_client

    async def write(self, *writings: Writing) -> None:
        """All of them in one round trip on PostgreSQL. None may depend on what another one writes."""
        await self._write([writing for writing in writings if writing.rows])

    async def one_picture(self) -> None:
        """Must come first in the transaction: all its queries see the data of one moment, and nobody waits."""
        if self.dialect == "postgres":
            await self.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")

    def after_commit(self, callback: Callable[[], object]) -> None:
        """Calls back once the transaction is durable, and not at all when it is rolled back."""
        self._after_commit.append(callback)

    def committed(self) -> None:
        for callback in self._after_commit:
            callback()

    async def insert(self, table: str, columns: str, rows: Sequence[Sequence[object]]) -> None:
        """New rows for a table, by COPY where there is one. `columns` are written as in a statement."""
        if not rows:
            return
        if self.dialect == "sqlite":
            places = ", ".join("?" * len(rows[0]))
            await self.execute_many(f"INSERT INTO {table} ({columns}) VALUES ({places})", rows)  # noqa: S608
        else:
            async with self._client().acquire_connection() as connection:
                await connection.copy_records_to_table(table, columns=columns.split(", "), records=rows)

    async def groups(self, statement: str, *parameters: object) -> AsyncIterator[tuple[Any, list[Sequence[Any]]]]:
        """The rows of a query by position, those that have the same first column together; they must come in its order.

        They are fetched some thousands at a time, so that a query may have any number of them.
        """
        key: Any = None
        held: list[Sequence[Any]] = []
        async with aclosing(self._batches(statement, *parameters)) as batches:
            async for rows in batches:
                for next_key, own in groupby(rows, key=itemgetter(0)):
                    if held and next_key != key:
                        yield key, held
                        held = []
                    key = next_key
                    held.extend(own)
        if held:
            yield key, held

    async def _batches(self, statement: str, *parameters: object) -> AsyncGenerator[Sequence[Sequence[Any]], None]:
        statement, values = self._spoken(statement, parameters)
        async with self._client().acquire_connection() as connection:
            if self.dialect == "sqlite":
                cursor = await connection.execute(statement, values)
                fetch = cursor.fetchmany
            else:
                cursor = await connection.cursor(statement, *values)
                fetch = cursor.fetch
        while True:
            async with self._client().acquire_connection():
                rows = await fetch(ROWS_AT_ONCE)
            if not rows:
                return
            yield rows

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        """A part that can fail without taking the whole transaction with it."""
        async with in_transaction(self.connection_name):
            yield


class _TransactionBlock(AbstractAsyncContextManager[Transaction]):
    """Written out: a generator would be resumed twice by two others for every transaction."""

    def __init__(self, database: Statements, context: TortoiseContext, *, by_keys: bool) -> None:
        self._database = database
        self._context = context
        self._by_keys = by_keys

    async def __aenter__(self) -> Transaction:
        self._token = _current_context.set(self._context)
        try:
            self._boundary = self._context.connections.get(self._database.connection_name)._in_transaction()  # noqa: SLF001
            if self._by_keys and self._database.dialect == "postgres":
                self._boundary.client.keep_plans()  # type: ignore[attr-defined]
            client = await self._boundary.__aenter__()
        except BaseException:
            _current_context.reset(self._token)
            raise
        self._transaction = Transaction(self._database, client)
        return self._transaction

    async def __aexit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        try:
            await self._boundary.__aexit__(kind, error, trace)
        finally:
            _current_context.reset(self._token)
        if error is None:
            self._transaction.committed()


class Database(Statements):
    """One service's database. Its models work in any task inside `bound()`."""

    @contextmanager
    def bound(self) -> Iterator[None]:
        """Makes this the database of the present task, and of tasks started in it.

        Tortoise's own `with context:` keeps its token on the context, so two tasks cannot use it at once.
        """
        token = _current_context.set(self._context)
        try:
            yield
        finally:
            _current_context.reset(token)

    def transaction(self, *, by_keys: bool = False) -> AbstractAsyncContextManager[Transaction]:
        """Commits at the end of the block, rolls back when it raises.

        `by_keys` promises that all of its statements find their rows by keys: then one plan suits whatever they are
        asked for, and PostgreSQL is told to keep it.
        """
        return _TransactionBlock(self, self._context, by_keys=by_keys)

    async def check(self) -> None:
        """Raises when the database does not answer."""
        await self.rows("SELECT 1 AS one")


@asynccontextmanager
async def open_database(config: DatabaseConfig) -> AsyncIterator[Database]:
    """Opens a database whose migrations have been run."""
    context = TortoiseContext()
    database = Database(context, config)
    with database.bound():
        await context.init(config=config.for_tortoise())
    try:
        await database.check()  # connects now, so that no request is cancelled while it does
        yield database
    finally:
        with database.bound():
            await context.close_connections()


class BindDatabase:
    """ASGI middleware: every request works on this service's database."""

    def __init__(self, app: ASGIApp, database: Database) -> None:
        self._app = app
        self._database = database

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._database.bound():
            await self._app(scope, receive, send)
