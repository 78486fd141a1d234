"""Scalars that all subgraphs share."""

import re
from decimal import Decimal

import strawberry
from strawberry.types.scalar import ScalarDefinition

from shared.errors import InvalidInput
from shared.period import Month

_DECIMAL = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d{1,9})?", re.ASCII | re.IGNORECASE)
"""Python's own takes 1_0 for ten, blanks around it, and every script's digits."""


def _parse_month(value: object) -> Month:
    if not isinstance(value, str):
        raise InvalidInput('a month is written like "2026-10"')
    return Month.parse(value)


def _parse_decimal(value: object) -> Decimal:
    # A float has lost its exact value before it arrives here; whole numbers have not.
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        raise InvalidInput('a decimal is written as a string, like "450.00"')
    if isinstance(value, str) and not _DECIMAL.fullmatch(value):
        raise InvalidInput(f"not a decimal number: {value[:64]!r}")
    return Decimal(value)


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
