"""Each trap of our libraries that is closed at the root, with a test that fails when it is open again."""

import asyncio
import contextlib
import sys
import threading
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import asyncpg
import pytest
from tortoise.exceptions import OperationalError, TransactionManagementError

from shared.database.database import Database, DatabaseConfig, open_database
from shared.database.migrations import migrate, missing_migrations
from shared.database.outage import is_out_of_reach
from tests.conftest import DatabaseUrls
from tests.probes.first.tables import Note
from tests.probes.second.tables import Note as OtherNote
from tests.servers import on_server, postgres_url

HOME = "tests.probes"
LOST = (asyncpg.PostgresError, asyncpg.InterfaceError, OperationalError)
NOW = datetime(2026, 10, 31, 18, 0, tzinfo=UTC)


@pytest.fixture
async def database(database_urls: DatabaseUrls) -> AsyncIterator[Database]:
    config = DatabaseConfig("first", database_urls("first"), HOME)
    await migrate(config)
    async with open_database(config) as opened:
        yield opened


def test_cancelling_an_opening_leaves_no_thread_that_speaks_to_a_closed_loop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C while the process starts: it is cancelled, and its loop closes at once."""
    stumbled: list[threading.ExceptHookArgs] = []
    before = set(threading.enumerate())
    monkeypatch.setattr(threading, "excepthook", stumbled.append)
    config = DatabaseConfig("first", f"sqlite://{tmp_path}/first.sqlite", HOME)

    async def cancel_after(steps: int) -> None:
        task = asyncio.create_task(contextlib.AsyncExitStack().enter_async_context(open_database(config)))
        for _ in range(steps):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    for steps in (1, 2, 3) * 10:
        asyncio.run(cancel_after(steps))
        for thread in set(threading.enumerate()) - before:
            thread.join()
    assert stumbled == []


async def test_cancelling_a_transactions_begin_leaves_the_database_usable(database: Database) -> None:
    async def begin() -> None:
        async with database.transaction() as transaction:
            await transaction.rows("SELECT 1")

    for steps in range(60):
        task = asyncio.create_task(begin())
        for _ in range(steps % 12):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    async with asyncio.timeout(10):
        await asyncio.gather(*(begin() for _ in range(20)))


class TestPostgres:
    """What only a database on the other side of a wire can do."""

    @pytest.fixture
    def database_kind(self) -> str:
        return "postgres"

    @pytest.mark.parametrize("when", ["before it begins", "while it is open"])
    async def test_a_task_whose_connection_breaks_gets_another(self, database: Database, when: str) -> None:
        for _ in range(3):
            connection = await database.value("SELECT pg_backend_pid()")
            if when == "before it begins":
                terminate(connection)
            with pytest.raises(LOST) as lost:
                await lose(database, connection)
            assert is_out_of_reach(lost.value)
            async with database.transaction() as transaction:
                assert await transaction.value("SELECT 2") == 2


async def test_a_database_that_lets_nobody_in_is_told_as_one_that_is_not_there() -> None:
    server = postgres_url().rpartition("@")[2]
    config = DatabaseConfig("first", f"postgres://nobody-of-that-name:wrong@{server}/postgres", HOME)
    with pytest.raises(ConnectionError, match="nobody-of-that-name"):
        await migrate(config)


async def lose(database: Database, connection: int) -> None:
    async with database.transaction() as transaction:
        await transaction.rows("SELECT 1")
        terminate(connection)
        await transaction.rows("SELECT 1")


def terminate(connection: int) -> None:
    """The database hears of it when it next uses the connection: its event loop stands still meanwhile."""
    on_server(f"SELECT pg_terminate_backend({connection})")


async def test_a_task_born_inside_a_transaction_cannot_write_after_it(database: Database) -> None:
    may_write = asyncio.Event()

    async def late() -> None:
        await may_write.wait()
        await database.rows("SELECT 1")

    async with database.transaction():
        task = asyncio.create_task(late())
    may_write.set()
    with pytest.raises(TransactionManagementError, match="this transaction is over"):
        await task


async def test_two_services_in_one_process_keep_to_their_own_databases(database_urls: DatabaseUrls) -> None:
    configs = [DatabaseConfig(name, database_urls(name), HOME) for name in ("first", "second")]
    for config in configs:
        await migrate(config)
    async with open_database(configs[0]) as first, open_database(configs[1]) as second:

        async def write(database: Database, model: type[Note | OtherNote], count: int) -> None:
            with database.bound():
                for number in range(count):
                    await model.create(text=str(number), at=NOW)

        await asyncio.gather(
            *(write(first, Note, 5) for _ in range(4)), *(write(second, OtherNote, 3) for _ in range(4))
        )
        assert await first.value("SELECT count(*) FROM note") == 20
        assert await second.value("SELECT count(*) FROM note") == 12


async def test_datetimes_compare_as_instants_whatever_offset_they_came_with(database: Database) -> None:
    kolkata = timezone(timedelta(hours=5, minutes=30))
    local = datetime(2026, 1, 1, 2, 0, tzinfo=kolkata)
    with database.bound():
        await Note.create(text="written by the model", at=local, day=local.date())
    rows = await database.rows("SELECT at, day, id FROM note WHERE at < $1", datetime(2025, 12, 31, 21, 0, tzinfo=UTC))
    assert [(row["at"], row["day"]) for row in rows] == [(local, local.date())]
    assert rows[0]["at"].utcoffset() == timedelta(0)
    with database.bound():
        assert (await Note.get(id=rows[0]["id"])).at == local


async def test_a_check_that_the_schema_generator_would_drop_is_there(database: Database) -> None:
    with pytest.raises(Exception, match="note_stock_not_negative"):
        await database.execute("INSERT INTO note (id, text, at, stock) VALUES ($1, 'x', $2, -1)", _id(1), NOW)
    await database.execute("INSERT INTO note (id, text, at, stock) VALUES ($1, 'x', $2, 1)", _id(1), NOW)
    with pytest.raises(Exception, match="note_stock_not_negative"):
        await database.execute("UPDATE note SET stock = -1")
    assert await database.value("SELECT stock FROM note") == 1


async def test_migrations_started_by_three_processes_at_once_are_run_once(database_urls: DatabaseUrls) -> None:
    url = database_urls("first")
    program = (
        "import asyncio; from shared.database.database import DatabaseConfig as C; "
        f"from shared.database.migrations import migrate; asyncio.run(migrate(C('first', {url!r}, {HOME!r})))"
    )
    processes = [
        await asyncio.create_subprocess_exec(sys.executable, "-c", program, stderr=asyncio.subprocess.PIPE)
        for _ in range(3)
    ]
    results = await asyncio.gather(*(process.communicate() for process in processes))
    assert [process.returncode for process in processes] == [0, 0, 0], [stderr.decode() for _, stderr in results]
    async with open_database(DatabaseConfig("first", url, HOME)) as opened:
        assert await opened.value("SELECT count(*) FROM tortoise_migrations") == 2


async def test_a_migration_that_fails_leaves_nothing_behind(
    database_urls: DatabaseUrls, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = DatabaseConfig("first", database_urls("first"), HOME)
    module = __import__("tests.probes.first.migrations.0002_checks", fromlist=["Migration"])
    good = module.Migration.operations
    broken = module.PerDialect(sqlite=["CREATE TABLE half (id int)", "NOT SQL"], postgres=["NOT SQL"])
    monkeypatch.setattr(module.Migration, "operations", [*good, broken])
    with pytest.raises(Exception, match=r"(?i)syntax"):
        await migrate(config)
    monkeypatch.setattr(module.Migration, "operations", good)
    await migrate(config)
    async with open_database(config) as opened:
        assert await opened.value("SELECT count(*) FROM note") == 0


async def test_no_migration_is_missing() -> None:
    assert await missing_migrations(DatabaseConfig("first", "sqlite://:memory:", HOME)) == []


def _id(number: int) -> str:
    return f"018f0000-0000-7000-8000-{number:012}"
