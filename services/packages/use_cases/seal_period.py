"""Billing is about to close a month: nothing joins it any more, and billing is told what there is."""

from services.packages.sql.periods import seal_earlier, seal_month, sealed_along
from services.packages.work import PackagesWork
from shared.contracts.packages import PeriodSealed
from shared.database.database import Transaction
from shared.period import Month


async def seal_period(work: PackagesWork, transaction: Transaction, month: Month) -> None:
    """Part of the transaction that takes billing's request. A sealed month answers again with the same numbers.

    Months before it that nobody has asked for are sealed along with it and named, so that billing closes them first,
    even where all of their entries are still on the way.
    """
    now = work.clock.now()
    await seal_earlier(transaction, month, now)
    seal = await seal_month(transaction, month, now)
    told = PeriodSealed(
        month=seal.month,
        approvals=seal.approvals,
        reversals=seal.reversals,
        purchases=seal.purchases,
        sum_minor=seal.sum_minor,
        sealed_at=seal.sealed_at,
        earlier=await sealed_along(transaction, seal),
    )
    await work.outbox.stage(transaction, [told], now)
