"""What a transaction promises on either database: all or nothing, parts that may fail, and plans that are its own."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from tortoise.exceptions import IntegrityError, OperationalError

from shared.database.database import Database, Transaction, open_database
from shared.ids import new_id
from tests.conftest import DatabaseUrls
from tests.probes.notes import NOW, open_notes, write_note


@pytest.fixture
async def database(database_urls: DatabaseUrls) -> AsyncIterator[Database]:
    async with open_notes("first", database_urls("first")) as database:
        yield database


async def notes_of(database: Database) -> list[str]:
    return [row["text"] for row in await database.rows("SELECT text FROM note ORDER BY text")]


async def write_a_part(transaction: Transaction, text: str, fail: bool = False) -> None:
    async with transaction.savepoint():
        await write_note(transaction, text)
        if fail:
            await fail_to_write(transaction)


async def fail_to_write(transaction: Transaction) -> None:
    """By an error of the database's own."""
    id_ = new_id()
    for _ in range(2):
        await transaction.execute("INSERT INTO note (id, text, at, stock) VALUES ($1, $2, $3, 0)", id_, "twice", NOW)


async def test_a_part_that_fails_takes_only_itself_back(database: Database) -> None:
    async with database.transaction() as transaction:
        await write_note(transaction, "before")
        with pytest.raises(IntegrityError):
            await write_a_part(transaction, "inside", fail=True)
        await write_a_part(transaction, "another part")
        await write_note(transaction, "after")
    assert await notes_of(database) == ["after", "another part", "before"]


async def test_a_part_of_a_part_that_fails_takes_only_itself_back(database: Database) -> None:
    async with database.transaction(by_keys=True) as transaction, transaction.savepoint():
        await write_note(transaction, "outer")
        with pytest.raises(IntegrityError):
            await write_a_part(transaction, "inner", fail=True)
        await write_note(transaction, "outer still")
    assert await notes_of(database) == ["outer", "outer still"]


async def test_parts_that_went_well_go_with_a_transaction_that_fails(database: Database) -> None:
    async def write() -> None:
        async with database.transaction(by_keys=True) as transaction:
            await write_a_part(transaction, "a good part")
            await fail_to_write(transaction)

    with pytest.raises(IntegrityError):
        await write()
    assert await notes_of(database) == []


@pytest.mark.parametrize("database_kind", ["postgres"])
async def test_plans_are_kept_in_the_transaction_that_asked_for_it_and_in_no_other(database: Database) -> None:
    plans = "SELECT current_setting('plan_cache_mode') || ', ' || current_setting('enable_seqscan')"
    async with database.transaction(by_keys=True) as transaction:
        assert await transaction.value(plans) == "force_generic_plan, off"
    async with database.transaction(by_keys=True) as transaction, transaction.savepoint():
        assert await transaction.value(plans) == "force_generic_plan, off"
    async with database.transaction() as transaction:
        assert await transaction.value(plans) == "auto, on"
    assert await database.value(plans) == "auto, on"


class TestWhatComesFirst:
    """On PostgreSQL a transaction begins with its first statement, whichever that is and whatever becomes of it."""

    async def test_a_part(self, database: Database) -> None:
        async def write(transaction: Transaction) -> None:
            await write_a_part(transaction, "a part")

        await self.take_back(database, write)

    async def test_rows_in_bulk(self, database: Database) -> None:
        async def write(transaction: Transaction) -> None:
            await transaction.insert("note", "id, text, at, stock", [(new_id(), "in bulk", NOW, 0)])

        await self.take_back(database, write)

    async def test_a_statement_for_many_rows(self, database: Database) -> None:
        async def write(transaction: Transaction) -> None:
            insert = "INSERT INTO note (id, text, at, stock) VALUES ($1, $2, $3, 0)"
            await transaction.execute_many(insert, [(new_id(), "one of many", NOW)])

        await self.take_back(database, write)

    @pytest.mark.parametrize("database_kind", ["postgres"])
    async def test_a_statement_that_the_server_cannot_read(self, database: Database) -> None:
        async def write(transaction: Transaction) -> None:
            with pytest.raises(OperationalError):
                await transaction.rows("SELECT nothing FROM nowhere")
            await write_note(transaction, "after it")

        await self.take_back(database, write)

    @pytest.mark.parametrize("database_kind", ["postgres"])
    async def test_a_value_that_the_driver_cannot_send(self, database: Database) -> None:
        async def write(transaction: Transaction) -> None:
            with pytest.raises(OperationalError):
                await transaction.rows("SELECT $1::int AS number", "no number")
            await write_note(transaction, "after it")

        await self.take_back(database, write)

    @pytest.mark.parametrize("database_kind", ["postgres"])
    async def test_a_statement_too_long_to_be_kept_by_most(self, database: Database) -> None:
        async def write(transaction: Transaction) -> None:
            assert await transaction.value(f"SELECT length('{'a' * 50_000}')") == 50_000
            await write_note(transaction, "after it")

        await self.take_back(database, write)

    async def take_back(self, database: Database, write: Callable[[Transaction], Awaitable[None]]) -> None:
        """What was written is there inside the transaction, and goes with it. The connection is as it was."""

        async def fail() -> None:
            async with database.transaction(by_keys=True) as transaction:
                await write(transaction)
                assert await transaction.value("SELECT count(*) FROM note") == 1
                raise LookupError

        with pytest.raises(LookupError):
            await fail()
        assert await notes_of(database) == []
        async with database.transaction() as transaction:
            await write_note(transaction, "next")
        async with open_database(database.config) as another:
            assert await notes_of(another) == ["next"]


@pytest.mark.parametrize("database_kind", ["postgres"])
async def test_the_server_hears_nothing_of_a_transaction_that_asks_nothing(database: Database) -> None:
    backend = await database.value("SELECT pg_backend_pid()")
    async with open_database(database.config) as onlooker:

        async def state() -> object:
            return await onlooker.value("SELECT state FROM pg_stat_activity WHERE pid = $1", backend)

        async with database.transaction():
            assert await state() == "idle"
        async with database.transaction() as transaction:
            assert await transaction.value("SELECT pg_backend_pid()") == backend
            assert await state() == "idle in transaction"
