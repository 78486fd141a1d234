"""What was read of a file, in a database on disk that nobody else sees and that is gone with the process."""

import json
import sqlite3
from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass

from nivaa.imports.columns import Fields
from shared.errors import NivaaError

BATCH_LINES = 1_000
BATCH_BYTES = 400_000

_TABLES = """
    PRAGMA journal_mode = OFF;
    PRAGMA synchronous = OFF;
    CREATE TABLE line (stage INT, number INT, key TEXT UNIQUE, content TEXT, PRIMARY KEY (stage, number)) WITHOUT ROWID;
    CREATE TABLE bad (number INTEGER PRIMARY KEY, reason TEXT);
"""


@dataclass(frozen=True, slots=True)
class Batch:
    """Lines that travel together, with their numbers in the file."""

    numbers: list[int]
    lines: list[Fields]


class Spool:
    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    @classmethod
    @contextmanager
    def open(cls) -> Iterator["Spool"]:
        """SQLite keeps a database without a name in a file that it removes by itself, and little of it in memory.

        Raises NivaaError when the disk has no room for it.
        """
        with closing(sqlite3.connect("", isolation_level=None)) as database:
            try:
                database.executescript(_TABLES)
                yield cls(database)
            except sqlite3.OperationalError as error:
                raise NivaaError(f"what was read cannot be kept in the temporary folder: {error}") from error

    def add(self, stage: int, number: int, key: str, fields: Fields) -> None:
        """The same key once more is left out when it brings the same, and bad when it does not."""
        content = json.dumps(fields)
        added = self._database.execute("INSERT OR IGNORE INTO line VALUES (?, ?, ?, ?)", (stage, number, key, content))
        if added.rowcount == 0:
            statement = "SELECT number, content FROM line WHERE key = ?"
            first, its_content = self._database.execute(statement, (key,)).fetchone()
            if its_content != content:
                self.refuse(number, f"{key.partition(' ')[2]} is on line {first} already, with other content")

    def refuse(self, number: int, reason: str) -> None:
        self._database.execute("INSERT OR REPLACE INTO bad VALUES (?, ?)", (number, reason))

    @property
    def lines(self) -> int:
        """How many there are to send."""
        return self._count("line")

    @property
    def refused(self) -> int:
        return self._count("bad")

    def _count(self, table: str) -> int:
        (number,) = self._database.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608 - one of two
        return int(number)

    def bad_lines(self) -> Iterator[tuple[int, str]]:
        yield from self._database.execute("SELECT number, reason FROM bad ORDER BY number")

    def known(self, keys: Collection[str]) -> list[str]:
        """Those of the keys that the file has a line for."""
        statement = "SELECT key FROM line WHERE key IN (SELECT value FROM json_each(?)) ORDER BY key"
        return [key for (key,) in self._database.execute(statement, (json.dumps(list(keys)),))]

    def batches(self) -> Iterator[Batch]:
        """All lines, in the order of their stages; no batch has two."""
        batch, batch_stage, size = Batch([], []), 0, 0
        for stage, number, content in self._database.execute("SELECT stage, number, content FROM line ORDER BY 1, 2"):
            is_full = len(batch.lines) == BATCH_LINES or size + len(content) > BATCH_BYTES
            if batch.lines and (is_full or stage != batch_stage):
                yield batch
                batch, size = Batch([], []), 0
            batch_stage, size = stage, size + len(content)
            batch.numbers.append(number)
            batch.lines.append(json.loads(content))
        if batch.lines:
            yield batch
