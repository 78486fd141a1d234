"""What people type in, checked."""

from shared.errors import InvalidInput
from shared.money import Money

LONGEST_LABEL = 200


def require_not_negative(money: Money, what: str) -> None:
    """Raises InvalidInput."""
    if money.minor < 0:
        raise InvalidInput(f"{what} is not negative")


def clean_label(text: str) -> str:
    """One line of text that can be printed. Raises InvalidInput."""
    label = " ".join(text.split())
    if not 1 <= len(label) <= LONGEST_LABEL or not label.isprintable():
        raise InvalidInput(f"1 to {LONGEST_LABEL} characters that can be printed are needed here")
    return label
