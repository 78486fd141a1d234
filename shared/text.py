"""What people type in, as it is kept: one line, neither empty nor endless."""

from shared.errors import InvalidInput

_JOINERS = "\u200c\u200d"
"""Not printed by themselves; the spelling of many Indic words needs them."""


def one_line(text: str, longest: int, what: str) -> str:
    """The text without surrounding or double blanks. Raises InvalidInput when it is no line of 1 to `longest`
    characters that can be printed."""
    line = " ".join(text.split())
    if not 1 <= len(line) <= longest or not all(letter.isprintable() or letter in _JOINERS for letter in line):
        raise InvalidInput(f"{what} has 1 to {longest} characters, all of which can be printed")
    return line
