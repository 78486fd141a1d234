"""The fingerprint of a closed cycle: SHA-256 over its canonical lines.

A canonical line is a JSON array of a tag and the row's values in a fixed order, ended by a newline. Statements come
by ordinal, each followed by its charge lines; then payouts by tutor, each followed by its lines. Row identifiers
that a run makes up stay out, so that the same data always gives the same hash.
"""

from collections.abc import Iterable
from datetime import date
from hashlib import sha256
from uuid import UUID

import msgspec

from services.billing.domain.payouts import PayoutAmounts, PayoutLine
from services.billing.domain.statements import Bill, Line

Value = str | int | date | UUID | None
_encode = msgspec.json.Encoder().encode


class CycleDigest:
    """Takes a cycle's rows in order and gives their SHA-256."""

    def __init__(self) -> None:
        self._hash = sha256()

    def add(self, tag: str, *values: Value) -> None:
        self._hash.update(_encode((tag, *values)))
        self._hash.update(b"\n")

    def add_bill(self, ordinal: int, parent_id: UUID, currency: str, bill: Bill) -> None:
        totals = (bill.subtotal_minor, bill.discount_minor, bill.tax_minor, bill.total_minor)
        self.add("statement", ordinal, parent_id, currency, *totals)
        for position, line in enumerate(bill.lines, 1):
            self.add("charge", position, *charge_values(line))

    def add_payout(self, payout: PayoutAmounts, lines: Iterable[PayoutLine]) -> None:
        counts = (payout.rate_minor, payout.sessions_completed, payout.addon_sessions)
        amounts = (payout.gross_minor, payout.deductions_minor, payout.net_minor)
        self.add("payout", payout.tutor_id, payout.currency, *counts, *amounts)
        for line in lines:
            self.add("pay", line.kind, line.session_id, line.deduction_id, line.day, line.amount_minor)

    def hexdigest(self) -> str:
        return self._hash.hexdigest()


def charge_values(line: Line) -> tuple[Value, ...]:
    charge = line.charge
    what = (charge.kind, charge.description, charge.session_id, charge.package_id, charge.child_id)
    price = (charge.day, charge.quantity, charge.unit_price_minor, charge.reduction_minor)
    return (*what, *price, line.discount_minor, line.tax_minor)
