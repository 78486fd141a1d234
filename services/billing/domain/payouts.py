"""What a tutor is paid, and the steps from pending to paid.

A session earns its tutor the rate that is valid on the session's date (an own add-on rate for add-ons, where one is
agreed); services/billing/sql/payouts.py looks it up for a whole month at once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from services.billing.domain.errors import PayoutNotPayable


class PayoutStatus(StrEnum):
    PENDING = "PENDING"
    PROCESSED = "PROCESSED"
    PAID = "PAID"


class PayoutLineKind(StrEnum):
    SESSION = "SESSION"
    ADDON_SESSION = "ADDON_SESSION"
    ADJUSTMENT = "ADJUSTMENT"
    DEDUCTION = "DEDUCTION"


@dataclass(frozen=True, slots=True)
class LinesOfKind:
    """How many lines of a kind a tutor has, and what they come to. A session's line says what it earned, an
    adjustment's what is taken back (negative), a deduction's what is held back (positive)."""

    kind: PayoutLineKind
    lines: int
    amount_minor: int


@dataclass(frozen=True, slots=True)
class PayoutAmounts:
    """What a month says about one tutor. `sessions_completed` has the add-ons in it, each once; `addon_sessions`
    tells how many of them were. `rate_minor` is the rate valid on the month's last day."""

    tutor_id: UUID
    currency: str
    rate_minor: int
    sessions_completed: int
    addon_sessions: int
    gross_minor: int
    deductions_minor: int

    @property
    def net_minor(self) -> int:
        return self.gross_minor - self.deductions_minor


def add_up(tutor_id: UUID, currency: str, rate_minor: int, lines: Sequence[LinesOfKind]) -> PayoutAmounts:
    """A tutor's payout from its lines."""
    addons = sum(each.lines for each in lines if each.kind is PayoutLineKind.ADDON_SESSION)
    sessions = sum(each.lines for each in lines if each.kind is PayoutLineKind.SESSION)
    deductions_minor = sum(each.amount_minor for each in lines if each.kind is PayoutLineKind.DEDUCTION)
    gross_minor = sum(each.amount_minor for each in lines) - deductions_minor
    return PayoutAmounts(tutor_id, currency, rate_minor, sessions + addons, addons, gross_minor, deductions_minor)


MOVES: Mapping[PayoutStatus, frozenset[PayoutStatus]] = {
    PayoutStatus.PROCESSED: frozenset({PayoutStatus.PENDING, PayoutStatus.PROCESSED}),
    PayoutStatus.PAID: frozenset({PayoutStatus.PROCESSED}),
}
"""Where a payout may stand to be marked so. Processing twice changes nothing; paid is final."""


def require_move(statuses: Mapping[UUID, PayoutStatus], target: PayoutStatus) -> None:
    """Raises PayoutNotPayable, which names every payout that stands in the way."""
    wrong = {payout_id: status for payout_id, status in statuses.items() if status not in MOVES[target]}
    if wrong:
        listed = ", ".join(f"{payout_id} is {status}" for payout_id, status in sorted(wrong.items()))
        raise PayoutNotPayable(f"cannot be marked {target}: {listed}", payouts=[str(each) for each in sorted(wrong)])
