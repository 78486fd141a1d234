"""A CSV file's lines. Each is a record of its own, so that one that is broken spoils none after it."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from nivaa.imports.columns import Column, Fields, Table
from shared.errors import NivaaError

LONGEST_LINE_BYTES = 16_384
_BOM = b"\xef\xbb\xbf"


class UnusableFile(NivaaError):
    """The file as a whole is none of this kind."""


class BadLine(Exception):
    """The line is no record; the message says why."""


@dataclass(frozen=True, slots=True)
class Record:
    """A line's fields, or why it has none. `number` counts the file's lines from 1, the header's."""

    number: int
    fields: Fields | None
    problem: str = ""


def read_records(file: BinaryIO, table: Table) -> Iterator[Record]:
    """Lines of nothing are left out. Raises UnusableFile when the first line does not name the columns."""
    lines = _lines(file)
    columns = _header(next(lines, b""), table)
    for number, line in enumerate(lines, start=2):
        try:
            cells = _cells(line)
            if any(cells):
                yield Record(number, _fields(cells, columns, table))
        except BadLine as bad:
            yield Record(number, None, str(bad))


def _lines(file: BinaryIO) -> Iterator[bytes | None]:
    """Without their ends; None for one that is too long to be a record, however long it is."""
    while line := file.readline(LONGEST_LINE_BYTES + 1):
        if len(line) <= LONGEST_LINE_BYTES:
            yield line.rstrip(b"\r\n")
            continue
        while line and not line.endswith(b"\n"):
            line = file.readline(LONGEST_LINE_BYTES)
        yield None


def _header(line: bytes | None, table: Table) -> list[Column]:
    try:
        names = [cell.lower() for cell in _cells(line and line.removeprefix(_BOM))]
    except BadLine as bad:
        raise UnusableFile(f"the first line names no columns: it {bad}") from None
    known = {column.name: column for column in table.columns}
    if not any(names):
        raise UnusableFile("the first line names no columns")
    if unknown := [name for name in names if name not in known]:
        hint = "" if len(names) > 1 else " (columns are separated by commas)"
        raise UnusableFile(f"unknown column {', '.join(map(repr, unknown))}: there are {', '.join(known)}{hint}")
    if len(set(names)) < len(names):
        raise UnusableFile("a column is there twice")
    if missing := [column.name for column in table.columns if column.required and column.name not in names]:
        raise UnusableFile(f"missing column {', '.join(missing)}")
    return [known[name] for name in names]


def _cells(line: bytes | None) -> list[str]:
    if line is None:
        raise BadLine(f"is longer than {LONGEST_LINE_BYTES} bytes")
    try:
        text = line.decode()
    except UnicodeDecodeError as error:
        raise BadLine(f"is not UTF-8 from byte {error.start + 1} on") from None
    if "\0" in text:
        raise BadLine("has a NUL in it")
    try:
        return [cell.strip() for cell in next(csv.reader([text], strict=True), [])]
    except csv.Error as error:
        raise BadLine(f"is no CSV ({error}): a record is one line, its quotation marks closed") from None


def _fields(cells: Sequence[str], columns: Sequence[Column], table: Table) -> Fields:
    if len(cells) != len(columns):
        raise BadLine(f"has {len(cells)} cells where the header has {len(columns)}")
    fields: Fields = {}
    problems = []
    for column, cell in zip(columns, cells, strict=True):
        if not cell:
            if column.required:
                problems.append(f"{column.name} is empty")
            continue
        try:
            fields[column.field] = column.read(cell)
        except ValueError as error:
            problems.append(f"{column.name} {error}, not {cell[:64]!r}")
    if problems:
        raise BadLine("; ".join(problems))
    return table.shape(fields)
