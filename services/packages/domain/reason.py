"""Why a coordinator did what they did."""

from shared.text import one_line

LONGEST_REASON = 500


def check_reason(text: str) -> str:
    """The reason without surrounding blanks; there has to be one. Raises InvalidInput."""
    return one_line(text, LONGEST_REASON, "a reason")
