"""The fingerprint of a closed cycle: SHA-256 over its canonical lines.

A canonical line is a JSON array of a tag and the row's values in the order of the columns below, ended by a newline.
Statements come by ordinal, each followed by its charges by position; then payouts by tutor, each followed by its
lines by kind, day, session and deduction. Row identifiers that a run makes up stay out, so that the same data
always gives the same hash. What is written into the database are these very values. The payouts' lines, which are as
many as the month's sessions, come from the database as canonical lines (sql/canonical.py).
"""

from collections.abc import Iterable
from datetime import date
from hashlib import sha256
from uuid import UUID

import msgspec

from services.billing.domain.accounts import Statement
from services.billing.domain.payouts import PayoutAmounts
from services.billing.domain.statements import Line, NamedAmount

Value = str | int | date | UUID | None
Values = tuple[Value, ...]

STATEMENT_COLUMNS = (
    "ordinal, parent_id, currency, discounts, taxes, subtotal_minor, discount_minor, tax_minor, total_minor"
)
CHARGE_COLUMNS = (
    "position, kind, description, session_id, package_id, child_id, adjustment_id, day, quantity, unit_price_minor, "
    "reduction_minor, amount_minor, discount_minor, tax_minor"
)
PAYOUT_COLUMNS = (
    "tutor_id, currency, rate_minor, sessions_completed, addon_sessions, gross_minor, deductions_minor, net_minor"
)
PAYOUT_LINE_COLUMNS = "kind, session_id, deduction_id, day, amount_minor"
"""Of a canonical line too, which begins with the tag "pay"."""

_encode = msgspec.json.Encoder().encode


class CycleDigest:
    """Takes a cycle's rows in their order and gives their SHA-256."""

    def __init__(self) -> None:
        self._hash = sha256()

    def add_statement(self, statement: Values, charges: Iterable[Values]) -> None:
        self._add("statement", statement)
        for charge in charges:
            self._add("charge", charge)

    def add_payout(self, payout: Values, canonical_lines: Iterable[str]) -> None:
        self._add("payout", payout)
        self._hash.update("".join(f"{line}\n" for line in canonical_lines).encode())

    def hexdigest(self) -> str:
        return self._hash.hexdigest()

    def _add(self, tag: str, values: Values) -> None:
        self._hash.update(_encode((tag, *values)) + b"\n")


def statement_values(statement: Statement, currency: str) -> Values:
    bill = statement.bill
    named = (_json(bill.discounts), _json(bill.taxes))
    totals = (bill.subtotal_minor, bill.discount_minor, bill.tax_minor, bill.total_minor)
    return (statement.ordinal, statement.parent_id, currency, *named, *totals)


def charge_values(statement: Statement) -> list[Values]:
    """One tuple per line of the statement."""
    return [_charge(position, line) for position, line in enumerate(statement.bill.lines, 1)]


def payout_values(payout: PayoutAmounts) -> Values:
    counts = (payout.rate_minor, payout.sessions_completed, payout.addon_sessions)
    amounts = (payout.gross_minor, payout.deductions_minor, payout.net_minor)
    return (payout.tutor_id, payout.currency, *counts, *amounts)


def _charge(position: int, line: Line) -> Values:
    charge = line.charge
    about = (charge.kind, charge.description)
    sources = (charge.session_id, charge.package_id, charge.child_id, charge.adjustment_id)
    price = (charge.day, charge.quantity, charge.unit_price_minor, charge.reduction_minor, charge.amount_minor)
    return (position, *about, *sources, *price, line.discount_minor, line.tax_minor)


def _json(amounts: tuple[NamedAmount, ...]) -> str:
    return _encode(amounts).decode()
