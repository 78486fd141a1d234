"""Invoice numbers: gapless per financial year (April to March), and in the order of a cycle's statements.

A cycle's invoices share one block of numbers, reserved with the first part of the cycle that arrives. Which number
a statement gets follows from its ordinal alone, so parts may arrive in any order, and more than once.

Six digits are written with leading zeros, and more when they are needed: the millionth invoice of a year is
`NV/2627/1000000`. Sixteen characters, the most that a tax invoice's number may have, last for 99,999,999 a year.
"""

from dataclasses import dataclass

from shared.errors import NivaaError
from shared.period import Month

PREFIX = "NV"
FIRST_MONTH = 4
LONGEST_NUMBER = 16


class NotInTheBlock(NivaaError):
    """A statement whose ordinal is outside of what its cycle announced."""


def financial_year(month: Month) -> str:
    """October 2026 is in "2627", March 2027 as well."""
    first = month.year if month.number >= FIRST_MONTH else month.year - 1
    return f"{first % 100:02}{(first + 1) % 100:02}"


class SeriesExhausted(NivaaError):
    """The next number of the financial year would be longer than LONGEST_NUMBER characters."""


@dataclass(frozen=True, slots=True)
class NumberBlock:
    """`count` numbers of a financial year, the first of them `first`."""

    financial_year: str
    first: int
    count: int

    def number_of(self, ordinal: int) -> str:
        """`NV/2627/000123` for the statement with that ordinal, which counts from 1."""
        if not 1 <= ordinal <= self.count:
            raise NotInTheBlock(f"statement {ordinal} of {self.count}")
        number = f"{PREFIX}/{self.financial_year}/{self.first + ordinal - 1:06}"
        if len(number) > LONGEST_NUMBER:
            raise SeriesExhausted(f"{number} is longer than {LONGEST_NUMBER} characters")
        return number
