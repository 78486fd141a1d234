"""What a CSV file says, line by line, and what is kept of it."""

import io
import re
from pathlib import Path

import pytest

from nivaa.imports.columns import PEOPLE, SESSIONS, Fields, Table
from nivaa.imports.lines import LONGEST_LINE_BYTES, Record, UnusableFile, read_records
from nivaa.imports.spool import BATCH_LINES, Spool
from shared.errors import NivaaError

DOCUMENT = (Path(__file__).parents[3] / "docs/imports.md").read_text()
HEADER = b"external_ref,child,tutor,starts_at,duration_minutes\n"
LINE = "S-{},C-1,T-1,2026-10-02 17:00,60\n"


def records(content: bytes, table: Table = SESSIONS) -> list[Record]:
    return list(read_records(io.BytesIO(content), table))


def only(content: bytes, table: Table = SESSIONS) -> Record:
    (record,) = records(content, table)
    return record


def test_the_documented_columns_are_the_columns() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (required)? ?\|", DOCUMENT, re.MULTILINE)
    known = [(column.name, "required" if column.required else "") for column in PEOPLE.columns + SESSIONS.columns]
    assert rows == known


def test_a_line_becomes_the_mutations_line() -> None:
    content = (
        "\ufeffTutor, child ,starts_at,duration_minutes,billed_as_addon,addon_price,currency,external_ref\r\n"
        '"T-1",C-1,2026-10-02 17:00,60,YES,450.00,INR, "quoted, by us"\r\n'
    )
    assert only(content.replace(' "quoted', '"quoted').encode()) == Record(
        2,
        {
            "tutor": "T-1",
            "child": "C-1",
            "startsAt": "2026-10-02 17:00",
            "durationMinutes": 60,
            "billedAsAddon": True,
            "addonPrice": {"amount": "450.00", "currency": "INR"},
            "externalRef": "quoted, by us",
        },
    )


def test_an_empty_cell_says_nothing() -> None:
    line = only(b"external_ref,kind,name,email,parent\nC-1,child,\xe0\xa4\x86\xe0\xa4\xb6\xe0\xa4\xbe,,P-1", PEOPLE)
    assert line.fields == {"externalRef": "C-1", "kind": "CHILD", "name": "आशा", "parent": "P-1"}


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "names no columns"),
        (b"\n\n", "names no columns"),
        (b"\xef\xbb\xbf", "names no columns"),
        (HEADER.replace(b"tutor,", b""), "missing column tutor"),
        (HEADER.replace(b"tutor,", b"teacher,"), "unknown column 'teacher'"),
        (HEADER.replace(b"tutor,", b"tutor,tutor,"), "twice"),
        (HEADER.replace(b",", b";"), "separated by commas"),
        (HEADER.decode().encode("utf-16"), "not UTF-8"),
        (b"x" * 100_000 + b"\n" + HEADER, "longer than"),
        (b"\x89PNG\r\n\x1a\n\0\0", "not UTF-8"),
    ],
)
def test_a_file_that_is_none_of_this_kind(content: bytes, complaint: str) -> None:
    with pytest.raises(UnusableFile, match=complaint):
        records(content)


BAD_LINES = [
    (b"S-1,C-1,T-1,2026-10-02 17:00", "has 4 cells where the header has 5"),
    (b"S-1,C-1,T-1,2026-10-02 17:00,60,", "has 6 cells"),
    (b"S-1,,T-1,2026-10-02 17:00,60", "child is empty"),
    (b"S-1,C-1,T-1,2026-10-02 17:00,an hour", "duration_minutes is a whole number, not 'an hour'"),
    (b"S-1,C-1,T-1,2026-10-02 17:00,99999999999", "duration_minutes is a whole number"),
    ("S-1,C-1,T-1,2026-10-02 17:00,６０".encode(), "duration_minutes is a whole number"),
    (b"S-\xff,C-1,T-1,2026-10-02 17:00,60", "is not UTF-8 from byte 3 on"),
    (b"S-\0,C-1,T-1,2026-10-02 17:00,60", "has a NUL in it"),
    (b'S-1,"C-1,T-1,2026-10-02 17:00,60', "quotation marks closed"),
    (b'S-1,"C"1,T-1,2026-10-02 17:00,60', "is no CSV"),
    (b"S-1," + b"x" * 10_000_000, f"is longer than {LONGEST_LINE_BYTES} bytes"),
    (b"S-\r1,C-1,T-1,2026-10-02 17:00,60", "is no CSV"),
]


def test_each_bad_line_is_named_and_spoils_no_other() -> None:
    lines = [line for number, (bad, _) in enumerate(BAD_LINES) for line in (bad, LINE.format(number).strip().encode())]
    read = records(HEADER + b"\n".join([*lines, b"", b" , , , , ", lines[1]]))
    assert [record.number for record in read] == [*range(2, len(lines) + 2), len(lines) + 4]
    for record, (_, complaint) in zip(read[::2], BAD_LINES, strict=False):
        assert record.fields is None
        assert complaint in record.problem
    assert all(record.fields is not None for record in read[1::2])


def test_every_problem_of_a_line_is_told() -> None:
    header = HEADER.replace(b"\n", b",billed_as_addon,addon_price\n")
    problem = only(header + b",C-1,T-1,2026-10-02 17:00,x,maybe,1e9").problem
    assert [part.split(" ")[0] for part in problem.split("; ")] == [
        "external_ref",
        "duration_minutes",
        "billed_as_addon",
        "addon_price",
    ]


def person(kind: str, ref: str, **other: str) -> Fields:
    return {"kind": kind, "externalRef": ref, "name": ref, **other}


def test_a_reference_comes_once_among_its_kind() -> None:
    with Spool.open() as spool:
        for number, fields in enumerate(
            [
                person("PARENT", "1"),
                person("TUTOR", "1"),
                person("PARENT", "1"),
                person("PARENT", "1", email="other@example.org"),
            ],
            start=2,
        ):
            spool.add(PEOPLE.stage(fields), number, PEOPLE.key(fields), fields)
        assert spool.lines == 2
        assert list(spool.bad_lines()) == [(5, "1 is on line 2 already, with other content")]


def test_parents_travel_before_their_children_and_batches_have_a_size() -> None:
    with Spool.open() as spool:
        for number in range(2, 2 * BATCH_LINES + 2, 2):
            child = person("CHILD", f"C-{number}", parent=f"P-{number}")
            spool.add(PEOPLE.stage(child), number, PEOPLE.key(child), child)
            parent = person("PARENT", f"P-{number}", email="x" * 1_000)
            spool.add(PEOPLE.stage(parent), number + 1, PEOPLE.key(parent), parent)
        batches = list(spool.batches())
        assert [{line["kind"] for line in batch.lines} for batch in batches][-1] == {"CHILD"}
        assert sum(len(batch.lines) for batch in batches) == 2 * BATCH_LINES
        assert max(len(batch.lines) for batch in batches) == BATCH_LINES
        assert len(batches) == 4  # a thousand parents of a kilobyte each are too much for one
        assert spool.known(["PARENT P-2", "PARENT P-3"]) == ["PARENT P-2"]


def fill_a_small_disk() -> None:
    with Spool.open() as spool:
        spool._database.execute("PRAGMA max_page_count = 20")
        for number in range(10_000):
            spool.add(0, number, f"SESSION {number}", {"externalRef": str(number), "child": "x" * 100})


def test_a_full_disk_is_told_in_words() -> None:
    with pytest.raises(NivaaError, match="temporary folder: database or disk is full"):
        fill_a_small_disk()
