"""Names and descriptions as they may be printed: they come from people, some of them hostile."""

import unicodedata

LONGEST_TEXT = 200
_AFTER_LATIN = "\u0180"
_TEXT_DIRECTION = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Invisible marks that turn the direction of everything after them; the letters themselves know theirs."""


def printable(text: str) -> str:
    """One line without control characters, at most LONGEST_TEXT characters. Joiners stay: Indic spelling needs them."""
    line = " ".join("".join(_kept(character) for character in text[: 4 * LONGEST_TEXT]).split())
    return line if len(line) <= LONGEST_TEXT else line[: LONGEST_TEXT - 1] + "…"


def _kept(character: str) -> str:
    if character in _TEXT_DIRECTION:
        return ""
    return " " if unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"} else character


def may_be_wider(text: str, ems: float) -> bool:
    """Whether the text could be wider than so many times its size.

    No letter of western Latin is wider than one em, and none of any other script than two.
    """
    return sum(1 if character < _AFTER_LATIN else 2 for character in text) > ems
