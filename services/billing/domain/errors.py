"""Why billing refuses.

Refusal
├─ CycleBlocked        CYCLE_BLOCKED         something must be settled before the month can close
├─ CycleInProgress     CYCLE_IN_PROGRESS     the month is being closed, or not everything has arrived yet
├─ PeriodNotEnded      PERIOD_NOT_ENDED      the month is not over
├─ EarlierCycleOpen    EARLIER_CYCLE_OPEN    months are closed in order
├─ MonthClosed         CYCLE_CLOSED          the change would touch locked numbers
└─ PayoutNotPayable    PAYOUT_NOT_PAYABLE    a payout's status does not allow the step
"""

from shared.errors import Refusal


class CycleBlocked(Refusal):
    """The month cannot be closed before its blockers are gone; `blockers` lists every one."""

    code = "CYCLE_BLOCKED"


class CycleInProgress(Refusal):
    """The month is being closed and not everything has arrived yet; `missing` tells what."""

    code = "CYCLE_IN_PROGRESS"


class PeriodNotEnded(Refusal):
    """The month is not over yet in the organisation's time zone, and closing it early was not asked for."""

    code = "PERIOD_NOT_ENDED"


class EarlierCycleOpen(Refusal):
    """An earlier month has entries and is not closed; cycles are closed in order."""

    code = "EARLIER_CYCLE_OPEN"


class MonthClosed(Refusal):
    """The change would alter numbers that a closed cycle has locked."""

    code = "CYCLE_CLOSED"


class PayoutNotPayable(Refusal):
    """A payout's status does not allow the step that was asked for."""

    code = "PAYOUT_NOT_PAYABLE"
