"""What a run of the month would store, by the code that a run computes it with; nothing is written."""

from dataclasses import dataclass

from services.billing.domain.cycles import Blocker
from services.billing.domain.totals import CycleTotals, RunningTotals
from services.billing.sql.charges import billable_parents
from services.billing.sql.cycles import cycle_of, stored_totals
from services.billing.sql.payouts import payouts_of, tutors_without_rate
from services.billing.sql.statements import draft_statements
from services.billing.work import BillingWork
from shared.database.database import Transaction
from shared.period import Month


@dataclass(frozen=True, slots=True)
class CyclePreview:
    """With blockers, what their sessions would earn is not in the totals, and the hash is not yet final."""

    month: Month
    totals: CycleTotals
    blockers: list[Blocker]


async def preview_cycle(work: BillingWork, month: Month) -> CyclePreview:
    """A closed month's preview is what it came to."""
    async with work.database.transaction() as transaction:
        await transaction.one_picture()
        cycle = await cycle_of(transaction, month)
        stored = await stored_totals(transaction, cycle.cycle_id) if cycle else None
        if stored is not None:
            return CyclePreview(month, stored, [])
        blockers = await tutors_without_rate(transaction, month)
        return CyclePreview(month, await _computed(work, transaction, month), blockers)


async def _computed(work: BillingWork, transaction: Transaction, month: Month) -> CycleTotals:
    totals = RunningTotals(work.currency)
    parents = await billable_parents(transaction, month)
    async for some in draft_statements(transaction, month, parents, work.taxes):
        for statement in some:
            totals.take_statement(statement)
    async for payout, lines in payouts_of(transaction, month, work.currency):
        totals.take_payout(payout, lines)
    return totals.totals()
