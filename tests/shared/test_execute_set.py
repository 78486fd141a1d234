"""One statement for all rows, in the words of either database."""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, date, datetime

import pytest

from shared.database.database import Database
from shared.ids import new_id
from tests.conftest import DatabaseUrls
from tests.probes.notes import open_notes

INSERT = """
INSERT INTO note (id, text, at, day, stock)
SELECT * FROM unnest($1::uuid[], $2::varchar[], $3::timestamptz[],
                     $4::date[], $5::int[])
ON CONFLICT DO NOTHING
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
