"""Approvals, reversals, purchases, renewals and seals come from packages: in any order, some of them more than once."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from services.billing.domain.cycles import Cycle, CycleStatus
from services.billing.sql.cycles import cycles_among, insert_cycle
from services.billing.sql.intake import (
    insert_approvals,
    insert_purchases,
    insert_reversals,
    insert_seals,
    new_approvals,
    new_purchases,
    new_reversals,
    upsert_renewals,
)
from services.billing.work import BillingWork
from shared.contracts.packages import (
    PackagePurchased,
    PackageRenewed,
    PeriodSealed,
    SessionApproved,
    SessionReversed,
)
from shared.database.database import Transaction
from shared.errors import NivaaError
from shared.ids import new_id
from shared.period import Month


class EntryRejected(NivaaError):
    """An entry that billing can never bill: for an operator, among the dead letters."""


class _Entry(Protocol):
    @property
    def month(self) -> str: ...


class _PricedEntry(Protocol):
    @property
    def currency(self) -> str: ...


async def take_approvals(work: BillingWork, transaction: Transaction, facts: Sequence[SessionApproved]) -> None:
    fresh = await new_approvals(transaction, facts)
    _require_currency(work, fresh)
    await _open_months(work, transaction, fresh)
    await insert_approvals(transaction, fresh)
    transaction.after_commit(work.arrivals.tell)


async def take_reversals(work: BillingWork, transaction: Transaction, facts: Sequence[SessionReversed]) -> None:
    fresh = await new_reversals(transaction, facts)
    await _open_months(work, transaction, fresh)
    await insert_reversals(transaction, fresh)
    transaction.after_commit(work.arrivals.tell)


async def take_purchases(work: BillingWork, transaction: Transaction, facts: Sequence[PackagePurchased]) -> None:
    fresh = await new_purchases(transaction, facts)
    _require_currency(work, fresh)
    await _open_months(work, transaction, fresh)
    await insert_purchases(transaction, fresh)
    transaction.after_commit(work.arrivals.tell)


async def take_renewals(work: BillingWork, transaction: Transaction, facts: Sequence[PackageRenewed]) -> None:  # noqa: ARG001
    """What a statement shows of a lot, and nothing that it charges."""
    await upsert_renewals(transaction, facts)


async def take_seals(work: BillingWork, transaction: Transaction, facts: Sequence[PeriodSealed]) -> None:
    """Months sealed along with one are to be closed before it, even when their entries are all still on the way."""
    along = sorted({month for fact in facts for month in fact.earlier})
    await _open_missing(work, transaction, along, await cycles_among(transaction, along))
    await insert_seals(transaction, facts)
    transaction.after_commit(work.arrivals.tell)


def _require_currency(work: BillingWork, facts: Iterable[_PricedEntry]) -> None:
    foreign = {fact.currency for fact in facts} - {work.currency}
    if foreign:
        raise EntryRejected(f"entries in {sorted(foreign)}; this organisation bills in {work.currency}")


async def _open_months(work: BillingWork, transaction: Transaction, facts: Iterable[_Entry]) -> None:
    """A month opens with its first entry. Raises EntryRejected when one is closed."""
    months = sorted({fact.month for fact in facts})
    cycles = await cycles_among(transaction, months)
    closed = [month for month, cycle in cycles.items() if cycle.status is CycleStatus.CLOSED]
    if closed:
        raise EntryRejected(f"new entries for {closed}, which billing has closed")
    await _open_missing(work, transaction, months, cycles)


async def _open_missing(
    work: BillingWork, transaction: Transaction, months: Sequence[str], cycles: Mapping[str, Cycle]
) -> None:
    for month in months:
        if month not in cycles:
            now = work.clock.now()
            await insert_cycle(transaction, new_id(), Month.parse(month), work.currency, now, "packages")
