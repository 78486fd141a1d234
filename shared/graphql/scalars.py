"""Scalars that all subgraphs share."""

from decimal import Decimal, InvalidOperation

import strawberry
from strawberry.types.scalar import ScalarDefinition

from shared.errors import InvalidInput
from shared.period import Month


def _parse_month(value: object) -> Month:
    if not isinstance(value, str):
        raise InvalidInput('a month is written like "2026-10"')
    return Month.parse(value)


def _parse_decimal(value: object) -> Decimal:
    # A float has lost its exact value before it arrives here; whole numbers have not.
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        raise InvalidInput('a decimal is written as a string, like "450.00"')
    try:
        number = Decimal(value)
    except InvalidOperation:
        raise InvalidInput(f"not a decimal number: {str(value)[:64]!r}") from None
    if not number.is_finite():
        raise InvalidInput(f"not a decimal number: {str(value)[:64]!r}")
    return number


SCALARS: dict[object, ScalarDefinition] = {
    Month: strawberry.scalar(
        name="Month", description='A calendar month, like "2026-10".', serialize=str, parse_value=_parse_month
    ),
    Decimal: strawberry.scalar(
        name="Decimal",
        description='An exact decimal number as a string, like "450.00".',
        serialize=str,
        parse_value=_parse_decimal,
    ),
}
