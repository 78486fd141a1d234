"""What a cycle comes to, added up while its statements and payouts go by."""

from collections.abc import Iterable
from dataclasses import dataclass

from services.billing.domain.accounts import Statement
from services.billing.domain.digest import CycleDigest, charge_values, payout_values, statement_values
from services.billing.domain.payouts import PayoutAmounts


@dataclass(frozen=True, slots=True)
class CycleTotals:
    """What is kept of a closed cycle: counts, sums in minor units, and the hash of its canonical lines."""

    sessions: int
    statements: int
    payouts: int
    invoiced_minor: int
    payout_minor: int
    sha256: str


class RunningTotals:
    """Takes statements in order, then payouts in order. A preview and a run feed it the same."""

    def __init__(self, currency: str) -> None:
        self._currency = currency
        self._digest = CycleDigest()
        self._sessions = self._statements = self._payouts = 0
        self._invoiced_minor = self._payout_minor = 0

    def take_statement(self, statement: Statement) -> None:
        self._digest.add_statement(statement_values(statement, self._currency), charge_values(statement))
        self._statements += 1
        self._invoiced_minor += statement.bill.total_minor

    def take_payout(self, payout: PayoutAmounts, canonical_lines: Iterable[str]) -> None:
        self._digest.add_payout(payout_values(payout), canonical_lines)
        self._payouts += 1
        self._sessions += payout.sessions_completed
        self._payout_minor += payout.net_minor

    def totals(self) -> CycleTotals:
        return CycleTotals(
            sessions=self._sessions,
            statements=self._statements,
            payouts=self._payouts,
            invoiced_minor=self._invoiced_minor,
            payout_minor=self._payout_minor,
            sha256=self._digest.hexdigest(),
        )
