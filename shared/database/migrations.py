"""Tortoise's own migrations, run under a lock and all or nothing; and what its schema generator leaves out.

One transaction holds the lock, every migration and the record of each. Processes that start together wait for
the first, then find nothing left to do; a crash anywhere leaves the database as it was.
"""

from collections.abc import Sequence
from typing import Any

from tortoise.context import TortoiseContext
from tortoise.migrations.autodetector import MigrationAutodetector
from tortoise.migrations.executor import MigrationExecutor
from tortoise.migrations.operations import TortoiseOperation
from tortoise.migrations.schema_editor.base import BaseSchemaEditor
from tortoise.migrations.schema_generator.state import State
from tortoise.migrations.writer import MigrationWriter
from tortoise.transactions import in_transaction

from shared.database.database import Database, DatabaseConfig


async def migrate(config: DatabaseConfig) -> None:
    """Brings a service's database to the newest migration, making the file of a SQLite one."""
    if config.dialect == "sqlite":
        config.sqlite_path.parent.mkdir(parents=True, exist_ok=True)
    settings = config.for_tortoise()
    context = TortoiseContext()
    with Database(context, config).bound():
        await context.init(config=settings)
        try:
            async with in_transaction(config.connection_name) as transaction:
                if config.dialect == "postgres":
                    await transaction.execute_query("SELECT pg_advisory_xact_lock(hashtext('migrate'))")
                await _Executor(transaction, settings["apps"]).migrate_all()
        finally:
            await context.close_connections()


class _Executor(MigrationExecutor):
    async def migrate_all(self) -> None:
        # Its record must exist before it is first read: a failing read would spoil the transaction on PostgreSQL.
        await self.recorder.ensure_schema(self._schema_editor())
        await self.migrate()

    def _schema_editor(self, atomic: bool = True, collect_sql: bool = False) -> BaseSchemaEditor:  # noqa: ARG002
        # The transaction around everything is ours. In one of its own, Tortoise's editor for SQLite would cut
        # statements at every semicolon, those in comments and triggers too.
        return super()._schema_editor(atomic=False, collect_sql=collect_sql)


async def missing_migrations(config: DatabaseConfig) -> list[MigrationWriter]:
    """The migrations that the service's tables would need beyond those it has; their `write()` makes the files."""
    settings = config.for_tortoise()
    context = TortoiseContext()
    with Database(context, config).bound():
        await context.init(config=settings, init_connections=False)
        if context.apps is None:
            raise RuntimeError(f"{config.service} has no tables")
        try:
            return list(await MigrationAutodetector(context.apps, settings["apps"]).changes())
        finally:
            await context.close_connections()


class PerDialect(TortoiseOperation):
    """Statements that the two databases spell differently."""

    def __init__(self, *, sqlite: Sequence[str], postgres: Sequence[str]) -> None:
        self.sqlite = list(sqlite)
        self.postgres = list(postgres)

    def describe(self) -> str:
        return "Run each database's own statements"

    def state_forward(self, app_label: str, state: State) -> None:
        """Tortoise's picture of the tables has no place for these."""

    async def database_forward(
        self,
        app_label: str,  # noqa: ARG002
        old_state: State,  # noqa: ARG002
        new_state: State,  # noqa: ARG002
        state_editor: BaseSchemaEditor | None = None,
    ) -> None:
        if state_editor is None:
            return
        client: Any = state_editor.client
        for statement in getattr(self, client.capabilities.dialect):
            await client.execute_script(statement)

    async def database_backward(self, *_: Any, **__: Any) -> None:
        raise NotImplementedError("migrations only go forward")


class Check(PerDialect):
    """A CHECK constraint, which Tortoise's CreateModel drops without a word.

    SQLite cannot add one to a table that exists, so there a pair of triggers holds the same condition.
    `condition` speaks of `columns` by their names.
    """

    def __init__(self, table: str, name: str, condition: str, columns: Sequence[str]) -> None:
        new_row = ", ".join(f'NEW."{column}" AS "{column}"' for column in columns)
        broken = f"EXISTS (SELECT 1 FROM (SELECT {new_row}) WHERE NOT ({condition}))"  # noqa: S608
        super().__init__(
            postgres=[f'ALTER TABLE "{table}" ADD CONSTRAINT "{name}" CHECK ({condition})'],
            sqlite=[
                f'CREATE TRIGGER "{name}_{event.lower()}" BEFORE {event} ON "{table}" WHEN {broken} '
                f"BEGIN SELECT RAISE(ABORT, 'CHECK constraint failed: {name}'); END;"
                for event in ("INSERT", "UPDATE")
            ],
        )
