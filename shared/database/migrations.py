"""Tortoise's own migrations, run under a lock and all or nothing.

One transaction holds the lock, every migration and the record of each. Processes that start together wait for
the first, then find nothing left to do; a crash anywhere leaves the database as it was.
"""

from tortoise.context import TortoiseContext
from tortoise.migrations.autodetector import MigrationAutodetector
from tortoise.migrations.executor import MigrationExecutor
from tortoise.migrations.schema_editor.base import BaseSchemaEditor
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
