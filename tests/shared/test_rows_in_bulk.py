"""Rows by COPY, by position and in groups, the same on either database."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime

import pytest

from shared.database import database as module
from shared.database.database import Database
from shared.ids import new_id
from tests.conftest import DatabaseUrls
from tests.probes.notes import open_notes

AT = datetime(2026, 10, 31, 18, 0, tzinfo=UTC)
COLUMNS = "id, text, at, day, stock"
ROWS = [
    *((new_id(), "apples", AT, date(2026, 10, 31), number) for number in range(5)),
    *((new_id(), 'a "pear"\t\\N', AT, None, number) for number in range(2)),
]
BY_TEXT = "SELECT text, stock FROM note WHERE stock < $1 ORDER BY text DESC, stock"


@pytest.fixture
async def database(database_urls: DatabaseUrls) -> AsyncIterator[Database]:
    async with open_notes("first", database_urls("first")) as database:
        async with database.transaction() as transaction:
            await transaction.insert("note", COLUMNS, ROWS)
        yield database


async def test_inserted_rows_are_there_as_they_are(database: Database) -> None:
    found = await database.tuples("SELECT id, text, at, day, stock FROM note ORDER BY text DESC, stock")
    assert [tuple(row) for row in found] == ROWS


async def insert_and_fail(database: Database) -> None:
    async with database.transaction() as transaction:
        await transaction.insert("note", COLUMNS, [(new_id(), "plums", AT, None, 1)])
        raise RuntimeError("changed my mind")


async def test_an_insert_is_part_of_its_transaction(database: Database) -> None:
    with pytest.raises(RuntimeError, match="changed my mind"):
        await insert_and_fail(database)
    assert await database.value("SELECT count(*) FROM note") == len(ROWS)


async def test_no_rows_are_no_work(database: Database) -> None:
    async with database.transaction() as transaction:
        await transaction.insert("no such table", "nor column", [])


@pytest.mark.parametrize("at_once", [1, 2, 5, 100])
async def test_groups_are_whole_however_few_rows_come_at_once(
    database: Database, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(module, "ROWS_AT_ONCE", at_once)
    async with database.transaction() as transaction:
        groups = {key: [row[1] for row in rows] async for key, rows in transaction.groups(BY_TEXT, 4)}
        assert list(groups.items()) == [("apples", [0, 1, 2, 3]), ('a "pear"\t\\N', [0, 1])]
        assert [group async for group in transaction.groups(BY_TEXT, 0)] == []


async def test_a_transaction_goes_on_while_and_after_its_groups_are_read(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "ROWS_AT_ONCE", 1)
    async with database.transaction() as transaction:
        async for key, rows in transaction.groups(BY_TEXT, 100):
            await transaction.execute(
                "INSERT INTO note (id, text, at, stock) VALUES ($1, $2, $3, 200)", new_id(), key, AT
            )
            if len(rows) == 5:
                break
    assert await database.value("SELECT count(*) FROM note WHERE stock = 200") == 1
