"""What people type in, checked."""

from shared.errors import InvalidInput
from shared.money import Money
from shared.text import one_line

LONGEST_LABEL = 200


def require_not_negative(money: Money, what: str) -> None:
    """Raises InvalidInput."""
    if money.minor < 0:
        raise InvalidInput(f"{what} is not negative")


def clean_label(text: str) -> str:
    """One line of text that can be printed. Raises InvalidInput."""
    return one_line(text, LONGEST_LABEL, "a label or reference")
