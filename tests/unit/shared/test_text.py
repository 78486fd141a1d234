import pytest

from shared.errors import InvalidInput
from shared.text import one_line


@pytest.mark.parametrize("text", ["UPI 4711", "क्‍ष and ന്‍", "₹500 – à l’avance"])
def test_words_in_any_script_are_kept(text: str) -> None:
    assert one_line(text, 40, "a reference") == text


def test_blanks_are_folded() -> None:
    assert one_line("  paid\tby \n her  ", 40, "a reference") == "paid by her"


@pytest.mark.parametrize("text", ["", " \n ", "x" * 41, "a\x00b", "a\u202eb", "\x1b[31m", "\ud800"])
def test_what_is_no_line_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="a reference has 1 to 40 characters"):
        one_line(text, 40, "a reference")
