"""Reading ahead within a transaction, on either database: nothing is lost, and nothing outlives the transaction."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from datetime import UTC, datetime

import pytest

from shared.database.ahead import read_ahead
from shared.database.database import Database, Transaction
from shared.ids import new_id
from tests.conftest import DatabaseUrls
from tests.probes.notes import open_notes

INSERT = "INSERT INTO note (id, text, at, day, stock) VALUES ($1, $2, $3, NULL, $4)"
AT = datetime(2026, 10, 31, 18, 0, tzinfo=UTC)
NOTES = 7


@pytest.fixture
async def database(database_urls: DatabaseUrls) -> AsyncIterator[Database]:
    async with open_notes("first", database_urls("first")) as database:
        for stock in range(NOTES):
            await database.execute(INSERT, new_id(), "first", AT, stock)
        yield database


async def stocks(transaction: Transaction, upto: int = NOTES) -> AsyncGenerator[int, None]:
    for stock in range(upto):
        yield await transaction.value("SELECT stock FROM note WHERE stock = $1 AND text = 'first'", stock)
    if upto < NOTES:
        raise LookupError("the shelf is empty")


async def copy(database: Database, upto: int = NOTES, stop_at: int = NOTES) -> list[int]:
    """Writes a note for each that is read, while the next is on its way; raises at one of them."""
    copied = []
    async with database.transaction() as transaction, aclosing(read_ahead(stocks(transaction, upto))) as batches:
        async for stock in batches:
            if stock == stop_at:
                raise RuntimeError("changed my mind")
            await transaction.execute(INSERT, new_id(), "second", AT, stock)
            copied.append(stock)
    return copied


async def in_second(database: Database) -> int:
    number: int = await database.value("SELECT count(*) FROM note WHERE text = 'second'")
    return number


async def test_every_batch_comes_once_and_in_order(database: Database) -> None:
    assert await copy(database) == list(range(NOTES))
    assert await in_second(database) == NOTES


async def test_the_next_is_read_while_one_is_worked_on(database: Database) -> None:
    read = []

    async def watched(transaction: Transaction) -> AsyncGenerator[int, None]:
        async for stock in stocks(transaction):
            read.append(stock)
            yield stock

    async with database.transaction() as transaction, aclosing(read_ahead(watched(transaction))) as batches:
        async for stock in batches:
            async with asyncio.timeout(10):
                while read[-1] == stock < NOTES - 1:
                    await asyncio.sleep(0)
            assert read[-1] <= stock + 1


@pytest.mark.parametrize(
    ("upto", "stop_at", "error"), [(3, NOTES, LookupError), (NOTES, 0, RuntimeError), (NOTES, 3, RuntimeError)]
)
async def test_a_failure_on_either_side_ends_both_and_undoes_the_transaction(
    database: Database, upto: int, stop_at: int, error: type[Exception]
) -> None:
    before = asyncio.all_tasks()
    with pytest.raises(error):
        await copy(database, upto, stop_at)
    assert asyncio.all_tasks() == before
    assert await in_second(database) == 0
    assert await copy(database) == list(range(NOTES))
