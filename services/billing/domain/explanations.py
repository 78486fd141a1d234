"""Why a session is, or is not, on an invoice and in a payout: the state of each side, and the same in words.

The words name months and never amounts, so that they can be read while money is frozen.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from services.billing.domain.charges import late_from
from services.billing.domain.cycles import CycleStatus
from shared.contracts.packages import Coverage
from shared.period import Month


class SessionStatus(StrEnum):
    """As the packages service has it; billing hears of a session when it is approved."""

    LOGGED = "LOGGED"
    APPROVED = "APPROVED"
    REJECTED = "REJECTED"
    REVERSED = "REVERSED"


class BillingState(StrEnum):
    """Where one side of a session stands."""

    NOT_APPROVED = "NOT_APPROVED"
    REJECTED = "REJECTED"
    AWAITED = "AWAITED"
    """Approved, but billing has not heard of it yet."""
    COVERED = "COVERED"
    """A package covers it: never charged by itself."""
    NO_RATE = "NO_RATE"
    """Its tutor has no rate for its day, which keeps the month from closing."""
    OPEN = "OPEN"
    CLOSING = "CLOSING"
    BILLED = "BILLED"
    CANCELLED = "CANCELLED"
    """Reversed before the month that would have billed it was closed."""
    TO_BE_TAKEN_BACK = "TO_BE_TAKEN_BACK"
    TAKEN_BACK = "TAKEN_BACK"
    VOIDED = "VOIDED"
    """Charged, and the invoice was voided: its charges came back to billing."""


@dataclass(frozen=True, slots=True)
class Told:
    """One side's state, and the sentences about it."""

    state: BillingState
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedEntry:
    """An approval and what became of it. `month` bills it, `reversed_in` answers for its reversal."""

    session_date: date
    coverage: Coverage
    month: Month
    cycle_status: CycleStatus
    reversed_in: Month | None
    has_rate: bool

    @property
    def late_from(self) -> Month | None:
        late = late_from(self.session_date, self.month)
        return Month.parse(late) if late else None

    @property
    def is_cancelled(self) -> bool:
        return self.reversed_in is not None and self.reversed_in <= self.month


@dataclass(frozen=True, slots=True, kw_only=True)
class BilledLine:
    """That a closed month has billed it: what it came to, where that was taken back, and whether the invoice was
    voided since and where its charges have gone."""

    came_to_nothing: bool
    taken_back_in: Month | None = None
    is_voided: bool = False
    recharged_in: Month | None = None


def explain_unknown(status: SessionStatus) -> Told:
    """Of a session that billing has no approval of."""
    if status is SessionStatus.LOGGED:
        return Told(BillingState.NOT_APPROVED, "It is not approved yet; only approved sessions are charged and paid.")
    if status is SessionStatus.REJECTED:
        return Told(BillingState.REJECTED, "It was rejected, so it is neither charged nor paid.")
    return Told(BillingState.AWAITED, "It was approved, and billing has not heard of it yet.")


def explain_charge(entry: ExplainedEntry, line: BilledLine | None) -> Told:
    """The parent's side."""
    if entry.is_cancelled:
        return Told(BillingState.CANCELLED, f"It was reversed before {entry.month} closed, so it is not charged.")
    if entry.coverage == "PACKAGE":
        return _covered(entry)
    name = "an add-on session" if entry.coverage == "ADDON" else "a session beyond the package"
    if line is None:
        return _ahead(entry, f"It will be charged as {name} on the invoice of {entry.month}.")
    words = f"It was charged as {name} on the invoice of {entry.month}."
    if line.is_voided:
        where = f"went to that of {line.recharged_in}" if line.recharged_in else "wait for the parent's next one"
        words += f" That invoice was voided, and its charges {where}."
    unchanged = BillingState.VOIDED if line.is_voided else BillingState.BILLED
    return _after_reversal(entry, line, Told(unchanged, words), "What it had cost", "on the invoice")


def explain_pay(entry: ExplainedEntry, line: BilledLine | None) -> Told:
    """The tutor's side."""
    if entry.is_cancelled:
        return Told(BillingState.CANCELLED, f"It was reversed before {entry.month} closed, so it earns nothing.")
    if line is None and not entry.has_rate:
        return Told(BillingState.NO_RATE, f"Its tutor has no rate for its day, which keeps {entry.month} from closing.")
    if line is None:
        return _ahead(entry, f"It will be in the tutor's payout of {entry.month}.")
    told = Told(BillingState.BILLED, f"It is in the tutor's payout of {entry.month}.")
    return _after_reversal(entry, line, told, "What it had earned", "in the payout")


def explain_lateness(entry: ExplainedEntry) -> str:
    if entry.late_from is None:
        return ""
    return f"It was approved when {entry.late_from} could take no more, so {entry.month} bills it."


def _covered(entry: ExplainedEntry) -> Told:
    words = "A package covers it, so it is not charged; an invoice only lists it."
    if entry.reversed_in is not None:
        words += " It was reversed since and went back to its package; there is no money to give back."
    return Told(BillingState.COVERED, words)


def _ahead(entry: ExplainedEntry, words: str) -> Told:
    if entry.cycle_status is CycleStatus.OPEN:
        return Told(BillingState.OPEN, words)
    return Told(BillingState.CLOSING, f"{words} That month is being closed.")


def _after_reversal(entry: ExplainedEntry, line: BilledLine, told: Told, what: str, where: str) -> Told:
    if entry.reversed_in is None:
        return told
    if line.taken_back_in is not None:
        state, words = BillingState.TAKEN_BACK, f"{what} was taken back {where} of {line.taken_back_in}."
    elif line.came_to_nothing:
        state, words = told.state, f"{what} was nothing, so nothing is taken back."
    else:
        state, words = BillingState.TO_BE_TAKEN_BACK, f"{what} will be taken back {where} of {entry.reversed_in}."
    return Told(state, f"{told.words} It was reversed afterwards. {words}")
