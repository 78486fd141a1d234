"""Money as integers of minor units (paise), and the only rounding there is.

Percentages and rates are in basis points: 5 % is 500. No float ever touches an amount.
"""

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

import msgspec
from babel.core import get_global
from babel.numbers import get_currency_precision

from shared.errors import InvalidInput

BASIS_POINTS = 10_000
LARGEST_MINOR = 10**15
"""Ten trillion rupees: larger amounts are typing errors, and every sum of allowed ones fits a bigint."""
SMALLEST_DIGIT = 16
"""No amount has a first digit further from the point than this, on either side."""


class Money(msgspec.Struct, frozen=True, gc=False):
    """An amount in minor units of an ISO 4217 currency."""

    minor: int
    currency: str

    def to_decimal(self) -> Decimal:
        """45000 INR is Decimal("450.00")."""
        return Decimal(self.minor).scaleb(-get_currency_precision(self.currency))


def parse_currency(text: str) -> str:
    """Raises InvalidInput when the text is no ISO 4217 code."""
    code = text.strip().upper()
    if len(code) != 3 or code not in get_global("all_currencies"):
        raise InvalidInput(f"unknown currency: {text[:16]!r}")
    return code


def parse_amount(text: str | Decimal, currency: str) -> Money:
    """Reads "450" or "450.00". Raises InvalidInput for anything that is not an exact amount of the currency."""
    shown = str(text)[:64]
    try:
        amount = Decimal(text)
    except InvalidOperation:
        raise InvalidInput(f"not an amount: {shown!r}") from None
    if not amount.is_finite():
        raise InvalidInput(f"not an amount: {shown!r}")
    # Looked at before any arithmetic, which would round a hair of an amount to nothing.
    if amount and not -SMALLEST_DIGIT <= amount.adjusted() <= SMALLEST_DIGIT:
        raise InvalidInput(f"out of the range of amounts: {shown}")
    minor = amount.scaleb(get_currency_precision(currency))
    if minor != int(minor):
        raise InvalidInput(f"{currency} has no such fraction: {shown}")
    if abs(minor) > LARGEST_MINOR:
        raise InvalidInput(f"too large an amount: {shown}")
    return Money(int(minor), currency)


def divide_half_up(numerator: int, denominator: int) -> int:
    """The quotient rounded half-up, away from zero on a tie, for a positive denominator."""
    quotient = (2 * abs(numerator) + denominator) // (2 * denominator)
    return quotient if numerator >= 0 else -quotient


def part_of(amount_minor: int, basis_points: int) -> int:
    """A rate applied to an amount, rounded once: 5 % of 950000 is 47500."""
    return divide_half_up(amount_minor * basis_points, BASIS_POINTS)


def share_out(total_minor: int, weights: Sequence[int]) -> list[int]:
    """Splits a total over weights (none negative) by largest remainder; equal remainders go to the earlier.

    The shares add up to the total exactly. When all weights are zero, so must the total be.
    """
    if not total_minor:
        return [0] * len(weights)
    whole = sum(weights)
    if whole == 0:
        raise ValueError("nothing to share a total over")
    sign = 1 if total_minor >= 0 else -1
    shares, remainders = zip(*(divmod(abs(total_minor) * weight, whole) for weight in weights), strict=True)
    missing = abs(total_minor) - sum(shares)
    first = set(sorted(range(len(weights)), key=lambda i: -remainders[i])[:missing])
    return [sign * (share + (i in first)) for i, share in enumerate(shares)]
