"""The last step of a run: statements, payouts, the hash and the events of a month, in one transaction."""

from collections.abc import Sequence
from datetime import datetime

from services.billing.domain.accounts import Statement
from services.billing.domain.cycles import Cycle, CycleStatus, require_in_order, require_unblocked
from services.billing.domain.errors import CycleInProgress
from services.billing.domain.totals import RunningTotals
from services.billing.sql.charges import billable_parents
from services.billing.sql.cycles import cycle_of, first_open_before, mark_closed
from services.billing.sql.entries import missing_of
from services.billing.sql.payouts import (
    disagreeing_payouts,
    insert_payout_lines,
    insert_payouts,
    payable_tutors,
    payouts_of,
    tutors_without_rate,
)
from services.billing.sql.people import directory_of
from services.billing.sql.standstill import look_at, stand_still
from services.billing.sql.statements import carry_credits, draft_statements, insert_statements
from services.billing.work import BillingWork
from shared.contracts.billing import STATEMENTS_PER_PART, CycleClosed
from shared.database.database import Transaction
from shared.errors import NivaaError
from shared.period import Month

PAYOUTS_AT_ONCE = 500


async def close_cycle(work: BillingWork, month: Month) -> None:
    """Closes a month that is CLOSING and has everything; a CLOSED one stays as it is.

    Whoever comes second waits for the first and finds it closed.
    Raises CycleInProgress, EarlierCycleOpen, CycleBlocked.
    """
    now = work.clock.now()
    async with work.database.transaction() as transaction:
        await stand_still(transaction)
        cycle = await cycle_of(transaction, month)
        if cycle is not None and cycle.status is CycleStatus.CLOSED:
            return
        if cycle is None or cycle.status is CycleStatus.OPEN:
            raise NivaaError(f"{month} was to be closed before it began to")
        missing = await missing_of(transaction, month)
        if missing:
            raise CycleInProgress(f"{month} is not complete: {missing}", month=str(month), missing=missing.as_details())
        require_in_order(month, await first_open_before(transaction, month))
        require_unblocked(month, await tutors_without_rate(transaction, month))
        totals = RunningTotals(work.currency)
        await _write_statements(work, transaction, cycle, totals, now)
        await _write_payouts(work, transaction, cycle, totals)
        await mark_closed(transaction, cycle, totals.totals(), now)


async def _write_statements(
    work: BillingWork, transaction: Transaction, cycle: Cycle, totals: RunningTotals, now: datetime
) -> None:
    parents = await billable_parents(transaction, cycle.month)
    parts = max(1, -(-len(parents) // STATEMENTS_PER_PART))
    number = 0
    async for part in draft_statements(transaction, cycle.month, parents, work.taxes):
        number += 1
        await insert_statements(transaction, cycle.cycle_id, work.currency, part)
        await carry_credits(transaction, cycle.month, work.currency, part, now)
        for statement in part:
            totals.take_statement(statement)
        await _tell(work, transaction, cycle, part, (number, parts, len(parents)), now)
    if not parents:
        await _tell(work, transaction, cycle, [], (1, 1, 0), now)


async def _tell(
    work: BillingWork,
    transaction: Transaction,
    cycle: Cycle,
    statements: Sequence[Statement],
    place: tuple[int, int, int],
    now: datetime,
) -> None:
    """Stages one part; its place is its number, of how many parts, of how many statements."""
    part, parts, statement_count = place
    directory = await directory_of(transaction, {each.parent_id: each.account for each in statements})
    told = CycleClosed(
        cycle_id=cycle.cycle_id,
        month=str(cycle.month),
        closed_at=now,
        part=part,
        parts=parts,
        statement_count=statement_count,
        statements=[each.on_the_wire(cycle.month, work.currency, directory) for each in statements],
    )
    await work.outbox.stage(transaction, [told], now)


async def _write_payouts(work: BillingWork, transaction: Transaction, cycle: Cycle, totals: RunningTotals) -> None:
    tutors = await payable_tutors(transaction, cycle.month)
    batch = []
    async for payout, lines in payouts_of(transaction, cycle.month, tutors, work.currency):
        totals.take_payout(payout, lines)
        batch.append(payout)
        if len(batch) == PAYOUTS_AT_ONCE:
            await insert_payouts(transaction, cycle.cycle_id, batch)
            batch = []
    await insert_payouts(transaction, cycle.cycle_id, batch)
    await look_at(transaction, "payout")
    await insert_payout_lines(transaction, cycle.month, cycle.cycle_id)
    await look_at(transaction, "payout_line")
    if wrong := await disagreeing_payouts(transaction, cycle.cycle_id):
        raise NivaaError(f"{cycle.month}: {wrong} payouts are not the sum of their lines")
