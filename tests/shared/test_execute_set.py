"""One statement for all rows, and several of those in one round trip, in the words of either database."""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, date, datetime

import pytest
from tortoise.exceptions import IntegrityError

from shared.database.database import Database
from shared.database.writing import Writing
from shared.ids import new_id
from tests.conftest import DatabaseUrls
from tests.probes.notes import open_notes

INSERT = """
INSERT INTO note (id, text, at, day, stock)
SELECT * FROM unnest($1::uuid[], $2::varchar[], $3::timestamptz[],
                     $4::date[], $5::int[])
ON CONFLICT DO NOTHING
"""
RESTOCK = """
WITH counted (id, stock, day) AS (SELECT * FROM unnest($1::uuid[], $2::int[], $3::date[]))
UPDATE note SET stock = counted.stock, day = counted.day FROM counted WHERE note.id = counted.id
"""
NOTICE = """
INSERT INTO inbox (event_id, received_at)
SELECT * FROM unnest($1::uuid[], $2::timestamptz[])
"""
AT = datetime(2026, 10, 31, 18, 0, tzinfo=UTC)
ROWS = [
    (new_id(), "first", AT, date(2026, 10, 31), 1),
    (new_id(), "it's {second}, $1", AT, None, 2),
]


@pytest.fixture
async def database(database_urls: DatabaseUrls) -> AsyncIterator[Database]:
    async with open_notes("first", database_urls("first")) as database:
        yield database


async def insert(database: Database, rows: Sequence[Sequence[object]], fail: bool = False) -> None:
    async with database.transaction() as transaction:
        await transaction.execute_set(INSERT, rows)
        if fail:
            raise RuntimeError("changed my mind")


async def test_the_rows_arrive_as_they_are(database: Database) -> None:
    await insert(database, ROWS)
    rows = await database.rows("SELECT id, text, at, day, stock FROM note ORDER BY stock")
    assert [tuple(row.values()) for row in rows] == ROWS


async def test_it_is_part_of_the_transaction(database: Database) -> None:
    with pytest.raises(RuntimeError, match="changed my mind"):
        await insert(database, ROWS, fail=True)
    assert await database.value("SELECT count(*) FROM note") == 0


async def test_conflicts_are_the_statements_business(database: Database) -> None:
    await insert(database, ROWS[:1])
    await insert(database, ROWS)
    assert await database.value("SELECT count(*) FROM note") == 2


async def test_no_rows_are_no_work(database: Database) -> None:
    await insert(database, [])
    assert await database.value("SELECT count(*) FROM note") == 0


async def test_several_are_written_together_each_with_its_own_rows(database: Database) -> None:
    await insert(database, ROWS)
    counted = [(ROWS[0][0], 7, date(2026, 11, 1)), (ROWS[1][0], 8, None)]
    new, seen = (new_id(), "third", AT, None, 3), new_id()
    async with database.transaction() as transaction:
        await transaction.write(Writing(RESTOCK, counted), Writing(NOTICE, [(seen, AT)]), Writing(INSERT, [new]))
    rows = await database.rows("SELECT id, text, at, day, stock FROM note ORDER BY text")
    assert [tuple(row.values()) for row in rows] == [
        (ROWS[0][0], "first", AT, date(2026, 11, 1), 7),
        (ROWS[1][0], "it's {second}, $1", AT, None, 8),
        new,
    ]
    assert await database.rows("SELECT event_id, received_at FROM inbox") == [{"event_id": seen, "received_at": AT}]


async def test_those_without_rows_are_left_out(database: Database) -> None:
    async with database.transaction() as transaction:
        await transaction.write(Writing(RESTOCK, []), Writing(INSERT, ROWS), Writing(NOTICE, []))
        await transaction.write(Writing(INSERT, []))
        await transaction.write()
    assert await database.value("SELECT count(*) FROM note") == 2


async def test_of_those_written_together_all_take_effect_or_none(database: Database) -> None:
    seen = new_id()
    await database.execute("INSERT INTO inbox (event_id, received_at) VALUES ($1, $2)", seen, AT)
    with pytest.raises(IntegrityError):
        async with database.transaction() as transaction:
            await transaction.write(Writing(INSERT, ROWS), Writing(NOTICE, [(seen, AT)]))
    assert await database.value("SELECT count(*) FROM note") == 0
