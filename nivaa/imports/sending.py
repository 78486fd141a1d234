"""From a file to the gateway: everything is checked before anything is stored."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nivaa.gateway import Gateway
from nivaa.imports.columns import Table
from nivaa.imports.lines import read_records
from nivaa.imports.spool import Batch, Spool
from shared.errors import NivaaError

Advance = Callable[[int], object]
"""Tells how many more bytes were read, or lines sent."""

LINES_PER_ADVANCE = 1_000

PARENT = "PARENT "


class ImportStopped(NivaaError):
    """Some lines are stored, and what came since the check keeps others out."""


@dataclass(slots=True)
class Tally:
    created: int = 0
    unchanged: int = 0

    @property
    def stored(self) -> int:
        return self.created + self.unchanged


def read_into(spool: Spool, path: Path, table: Table, advance: Advance) -> None:
    """Raises UnusableFile."""
    read = 0
    with path.open("rb") as file:
        for record in read_records(file, table):
            if record.fields is None:
                spool.refuse(record.number, record.problem)
            else:
                spool.add(table.stage(record.fields), record.number, table.key(record.fields), record.fields)
            if record.number % LINES_PER_ADVANCE == 0:
                read, before = file.tell(), read
                advance(read - before)
        advance(file.tell() - read)


async def check(spool: Spool, gateway: Gateway, table: Table, advance: Advance) -> None:
    """Stores nothing; the spool knows the bad lines then."""
    for batch in spool.batches():
        await _send(spool, gateway, table, batch, dryRun=True, **_to_come(spool, batch))
        advance(len(batch.lines))


async def store(spool: Spool, gateway: Gateway, table: Table, partial: bool, tally: Tally, advance: Advance) -> None:
    """Raises ImportStopped when a line is bad by now, unless `partial` keeps the others."""
    for batch in spool.batches():
        imported = await _send(spool, gateway, table, batch, partial=partial)
        if not imported["kept"]:
            raise ImportStopped("lines that were good when they were checked are not any more")
        tally.created += imported["created"]
        tally.unchanged += imported["unchanged"]
        advance(len(batch.lines))


async def _send(spool: Spool, gateway: Gateway, table: Table, batch: Batch, **how: object) -> dict[str, Any]:
    document = (
        f"mutation Import($input: {table.input_type}!) {{ {table.mutation}(input: $input) {{"
        " kept created unchanged refused { line message } } }"
    )
    answer = await gateway.ask(document, input={"lines": batch.lines, **how})
    imported: dict[str, Any] = answer[table.mutation]
    for refused in imported["refused"]:
        spool.refuse(batch.numbers[refused["line"]], refused["message"])
    return imported


def _to_come(spool: Spool, batch: Batch) -> dict[str, list[str]]:
    """The parents of this batch's children whom the file itself brings."""
    named = {f"{PARENT}{line['parent']}" for line in batch.lines if "parent" in line}
    return {"parentsToCome": [key.removeprefix(PARENT) for key in spool.known(named)]} if named else {}
