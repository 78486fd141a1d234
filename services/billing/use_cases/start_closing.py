"""The first step of a run: the month begins to close, and packages is asked to seal it."""

from dataclasses import dataclass
from datetime import datetime

from services.billing.domain.cycles import (
    Cycle,
    CycleStatus,
    require_ended,
    require_in_order,
    require_not_passed,
    require_unblocked,
)
from services.billing.sql.cycles import cycle_of, first_open_before, insert_cycle, last_closed, mark_closing
from services.billing.sql.entries import is_sealed
from services.billing.sql.payouts import tutors_without_rate
from services.billing.sql.standstill import stand_still
from services.billing.work import BillingWork
from shared.contracts.billing import PeriodClosing
from shared.database.database import Transaction
from shared.ids import new_id
from shared.mutations.audit import record_audit
from shared.mutations.idempotency import claim_key
from shared.period import Month


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRun:
    """`early` closes a month that is not over yet."""

    month: Month
    early: bool


async def start_closing(work: BillingWork, run: NewRun, idempotency_key: str | None, by: str) -> Cycle:
    """The month's cycle: CLOSING, or CLOSED when it was already, which changes nothing.

    Raises PeriodNotEnded, EarlierCycleOpen, MonthClosed when a later month was closed and this one passed over,
    CycleBlocked, IdempotencyKeyReused.
    """
    now = work.clock.now()
    async with work.database.transaction() as transaction:
        await stand_still(transaction)
        cycle = await cycle_of(transaction, run.month)
        cycle_id = cycle.cycle_id if cycle else new_id()
        await claim_key(transaction, idempotency_key, run, cycle_id, now)
        if cycle is not None and cycle.status is CycleStatus.CLOSED:
            return cycle
        if cycle is None:
            require_not_passed(run.month, await last_closed(transaction))
        await _require_closable(work, transaction, run, now)
        if cycle is None:
            cycle = await insert_cycle(transaction, cycle_id, run.month, work.currency, now, by)
        if cycle.status is CycleStatus.OPEN:
            await mark_closing(transaction, cycle_id, by)
            about = f"{run.month}, early" if run.early else str(run.month)
            await record_audit(transaction, "CLOSE_CYCLE", cycle_id, about, now, by)
        if not await is_sealed(transaction, run.month):
            await work.outbox.stage(transaction, [PeriodClosing(month=str(run.month))], now)
        transaction.after_commit(work.progressed.set)
    return Cycle(cycle_id, run.month, CycleStatus.CLOSING, by)


async def _require_closable(work: BillingWork, transaction: Transaction, run: NewRun, now: datetime) -> None:
    require_ended(run.month, work.zone, now, early=run.early)
    require_in_order(run.month, await first_open_before(transaction, run.month))
    require_unblocked(run.month, await tutors_without_rate(transaction, run.month))
