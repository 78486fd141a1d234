"""What packages hears, and which use case takes it."""

from collections.abc import Sequence
from functools import partial

from services.packages.use_cases.record_sessions import record_sessions
from services.packages.use_cases.seal_period import seal_period
from services.packages.work import PackagesWork
from shared.contracts import Contract
from shared.contracts.billing import PeriodClosing
from shared.contracts.upstream import SessionRecorded
from shared.database.database import Transaction
from shared.messaging.inbox import Handler
from shared.period import Month


def handlers(work: PackagesWork) -> dict[type[Contract], Handler]:
    return {PeriodClosing: partial(seal_periods, work), SessionRecorded: partial(record_sessions, work)}


async def seal_periods(work: PackagesWork, transaction: Transaction, facts: Sequence[PeriodClosing]) -> None:
    for month in sorted({Month.parse(fact.month) for fact in facts}):
        await seal_period(work, transaction, month)
