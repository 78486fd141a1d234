"""Why a coordinator did what they did."""

from shared.errors import InvalidInput

LONGEST_REASON = 500


def check_reason(text: str) -> str:
    """The reason without surrounding blanks; there has to be one."""
    reason = " ".join(text.split())
    if not 1 <= len(reason) <= LONGEST_REASON:
        raise InvalidInput(f"a reason has 1 to {LONGEST_REASON} characters")
    return reason
