"""The last step of a run: statements, payouts, the hash and the events of a month, in one transaction."""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.billing.domain.accounts import Directory, Statement, Usage
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
    payouts_of,
    tutors_without_rate,
)
from services.billing.sql.people import directory_of, tutors_of
from services.billing.sql.standstill import look_at, stand_still
from services.billing.sql.statements import carry_credits, draft_statements, insert_statements
from services.billing.sql.usage import usage_of
from services.billing.work import BillingWork
from shared.contracts import billing as wire
from shared.contracts.billing import STATEMENTS_PER_PART, CycleClosed
from shared.database.ahead import read_ahead
from shared.database.database import Transaction
from shared.errors import NivaaError
from shared.period import Month


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
            message = f"{month} is being closed and will be when everything has arrived; {missing}"
            raise CycleInProgress(message, month=str(month), missing=missing.as_details())
        require_in_order(month, await first_open_before(transaction, month))
        require_unblocked(month, await tutors_without_rate(transaction, month))
        totals = RunningTotals(work.currency)
        await _write_statements(work, transaction, cycle, totals, now)
        await _write_payouts(work, transaction, cycle, totals)
        await mark_closed(transaction, cycle, totals.totals(), now)
        transaction.after_commit(work.progressed.set)


@dataclass(frozen=True, slots=True)
class _Batch:
    """Some statements, and what is told beside their charges."""

    statements: list[Statement]
    usage: Mapping[UUID, Usage]
    directory: Directory


async def _write_statements(
    work: BillingWork, transaction: Transaction, cycle: Cycle, totals: RunningTotals, now: datetime
) -> None:
    parents = await billable_parents(transaction, cycle.month)
    async with aclosing(read_ahead(_batches(work, transaction, cycle.month, parents))) as batches:
        async for batch in batches:
            some = batch.statements
            await insert_statements(transaction, cycle.cycle_id, work.currency, some)
            await carry_credits(transaction, cycle.month, work.currency, some, now)
            for statement in some:
                totals.take_statement(statement)
            await work.outbox.stage(transaction, await _parts(work, cycle, batch, len(parents), now), now)
    if not parents:
        await work.outbox.stage(transaction, [_part(cycle, now, [], 0)], now)


async def _batches(
    work: BillingWork, transaction: Transaction, month: Month, parents: Sequence[UUID]
) -> AsyncGenerator[_Batch, None]:
    """Reads only; and nothing that is written of one batch is read for another."""
    tutors = await tutors_of(transaction, month)
    async for some in draft_statements(transaction, month, parents, work.taxes):
        usage = await usage_of(transaction, month, [each.parent_id for each in some])
        yield _Batch(some, usage, await directory_of(transaction, some, usage, tutors))


async def _parts(
    work: BillingWork, cycle: Cycle, batch: _Batch, statement_count: int, now: datetime
) -> list[CycleClosed]:
    parts = []
    for start in range(0, len(batch.statements), STATEMENTS_PER_PART):
        told = [
            each.on_the_wire(cycle.month, work.currency, batch.usage[each.parent_id], batch.directory)
            for each in batch.statements[start : start + STATEMENTS_PER_PART]
        ]
        parts.append(_part(cycle, now, told, statement_count))
        await asyncio.sleep(0)  # the next batch is being read
    return parts


def _part(cycle: Cycle, now: datetime, statements: list[wire.Statement], statement_count: int) -> CycleClosed:
    """The part that these statements are, by the ordinal of the first."""
    first = statements[0].ordinal if statements else 1
    return CycleClosed(
        cycle_id=cycle.cycle_id,
        month=str(cycle.month),
        closed_at=now,
        part=1 + (first - 1) // STATEMENTS_PER_PART,
        parts=max(1, -(-statement_count // STATEMENTS_PER_PART)),
        statement_count=statement_count,
        statements=statements,
    )


async def _write_payouts(work: BillingWork, transaction: Transaction, cycle: Cycle, totals: RunningTotals) -> None:
    """The lines are read before they are written: a deduction that is on a payout is not found a second time."""
    payouts = []
    async for payout, lines in payouts_of(transaction, cycle.month, work.currency):
        totals.take_payout(payout, lines)
        payouts.append(payout)
    await insert_payouts(transaction, cycle.cycle_id, payouts)
    await look_at(transaction, "payout")
    await insert_payout_lines(transaction, cycle.month, cycle.cycle_id)
    await look_at(transaction, "payout_line")
    if wrong := await disagreeing_payouts(transaction, cycle.cycle_id):
        raise NivaaError(f"{cycle.month}: {wrong} payouts are not the sum of their lines")
