"""Connections of a PostgreSQL pool go from one borrower to the next; nobody starves, and no broken one is lent."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from shared.database.database import Database
from tests.conftest import DatabaseUrls
from tests.probes.notes import NOW, open_notes
from tests.servers import on_server

BORROWERS = 30
LARGEST_POOL = 10


@pytest.fixture
def database_kind() -> str:
    return "postgres"


@pytest.fixture
async def database(database_urls: DatabaseUrls) -> AsyncIterator[Database]:
    async with open_notes("first", database_urls("first")) as database:
        yield database


async def backend_of(database: Database) -> int:
    pid: int = await database.value("SELECT pg_backend_pid()")
    return pid


async def test_one_after_the_other_they_have_the_same_connection(database: Database) -> None:
    backend = await backend_of(database)
    async with database.transaction() as transaction:
        assert await transaction.value("SELECT pg_backend_pid()") == backend
    assert await backend_of(database) == backend


async def test_more_borrowers_than_connections_are_all_served(database: Database) -> None:
    async def borrow(number: int) -> int:
        async with database.transaction() as transaction:
            pid: int = await transaction.value("SELECT pg_backend_pid() FROM pg_sleep(0.01)")
        return await backend_of(database) if number % 2 else pid

    async with asyncio.timeout(20):
        backends = await asyncio.gather(*(borrow(number) for number in range(BORROWERS)))
    assert len(set(backends)) <= LARGEST_POOL


async def test_a_connection_that_broke_while_nobody_had_it_is_not_lent(database: Database) -> None:
    backend = await backend_of(database)
    heard = asyncio.Event()
    async with database._client().acquire_connection() as connection:
        connection.add_termination_listener(lambda _: heard.set())
    on_server(f"SELECT pg_terminate_backend({backend})")
    await heard.wait()
    assert await backend_of(database) != backend


async def test_a_refusal_inside_a_transaction_costs_no_connection(database: Database) -> None:
    async def refuse() -> None:
        async with database.transaction():
            raise LookupError

    backend = await backend_of(database)
    with pytest.raises(LookupError):
        await refuse()
    assert await backend_of(database) == backend


async def test_a_statement_says_how_many_rows_it_changed(database: Database) -> None:
    insert = "INSERT INTO note (id, text, at, stock) SELECT gen_random_uuid(), 'a', $1, 1 FROM generate_series(1, 3)"
    assert await database.execute(insert, NOW) == 3
    assert await database.execute("UPDATE note SET stock = 2") == 3
    assert await database.execute("DELETE FROM note WHERE stock = $1", 1) == 0
