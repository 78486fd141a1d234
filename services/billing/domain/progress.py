"""How far a month has come, from its first entry to its last document."""

from dataclasses import dataclass
from enum import StrEnum

from services.billing.domain.completeness import Missing
from services.billing.domain.cycles import CycleStatus
from shared.period import Month


class CyclePhase(StrEnum):
    """What a month is doing."""

    OPEN = "OPEN"
    COLLECTING = "COLLECTING"
    CALCULATING = "CALCULATING"
    RENDERING = "RENDERING"
    DONE = "DONE"


@dataclass(frozen=True, slots=True)
class Documents:
    """The invoices' documents, as invoicing last told of them."""

    queued: int = 0
    rendered: int = 0
    failed: int = 0

    def of(self, statements: int) -> "Documents":
        """Of so many statements: whatever invoicing has not told of yet is queued."""
        return Documents(max(statements - self.rendered - self.failed, 0), self.rendered, self.failed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """`sessions_expected` is packages' count, once it has sealed the month; statements and payouts are a closed
    cycle's. `missing` is what the close waits for."""

    month: Month
    status: CycleStatus
    sessions_counted: int
    sessions_expected: int | None = None
    missing: Missing | None = None
    statements: int | None = None
    payouts: int | None = None
    documents: Documents = Documents()

    @property
    def phase(self) -> CyclePhase:
        if self.status is CycleStatus.OPEN:
            return CyclePhase.OPEN
        if self.status is CycleStatus.CLOSING:
            return CyclePhase.COLLECTING if self.missing else CyclePhase.CALCULATING
        return CyclePhase.RENDERING if self.documents.queued else CyclePhase.DONE
