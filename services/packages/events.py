"""What packages hears, and which use case takes it."""

from collections.abc import Sequence

from services.packages.use_cases.seal_period import seal_period
from services.packages.work import PackagesWork
from shared.contracts.billing import PeriodClosing
from shared.database.database import Transaction
from shared.period import Month


async def seal_periods(work: PackagesWork, transaction: Transaction, facts: Sequence[PeriodClosing]) -> None:
    for month in sorted({Month.parse(fact.month) for fact in facts}):
        await seal_period(work, transaction, month)
