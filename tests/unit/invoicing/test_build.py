from zoneinfo import ZoneInfo

import msgspec
import pytest

from services.invoicing.document.text import LONGEST_TEXT, printable
from shared.period import Month
from tests.services.invoicing.documents import a_document
from tests.services.invoicing.statements import a_session, a_statement


def test_sessions_are_grouped_by_child_in_the_time_of_the_organisation() -> None:
    document = a_document(a_statement(sessions=5, children=("Dev", "Ada")))
    assert [group.child for group in document.sessions] == ["Ada", "Dev"]
    assert [len(group.sessions) for group in document.sessions] == [2, 3]
    first = document.sessions[1].sessions[0].starts_at
    assert first.tzinfo == ZoneInfo("Asia/Kolkata")
    assert first.isoformat() == "2026-10-01T10:00:00+05:30"


def test_two_children_of_one_name_stay_two() -> None:
    twin = msgspec.structs.replace(a_session(1), child_id=a_session(2).session_id)
    statement = msgspec.structs.replace(a_statement(), sessions=[a_session(0), twin])
    assert [len(group.sessions) for group in a_document(statement).sessions] == [1, 1]


def test_a_late_session_names_the_month_it_belongs_to() -> None:
    late = msgspec.structs.replace(a_session(0), late_from="2026-09")
    document = a_document(msgspec.structs.replace(a_statement(), sessions=[late]))
    assert document.sessions[0].sessions[0].late_from == Month(2026, 9)


@pytest.mark.parametrize(
    ("given", "printed"),
    [
        ("Asha\u202eoaR", "AshaoaR"),
        ("two\nlines\x00\t end", "two lines end"),
        ("क्‍ष", "क्‍ष"),
        ("<b>Asha</b>", "<b>Asha</b>"),
    ],
)
def test_names_are_one_line_that_reads_one_way(given: str, printed: str) -> None:
    assert printable(given) == printed


def test_a_name_of_ten_thousand_characters_is_cut() -> None:
    assert len(printable("x" * 10_000)) == LONGEST_TEXT
    assert printable("x" * 10_000).endswith("x…")
