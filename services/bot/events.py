"""What the bot hears of: topic → use case, through the inbox."""

import asyncio
from collections.abc import Mapping, Sequence

from services.bot.domain.notices import FACTS, Fact
from services.bot.use_cases.notify import notify
from shared.clock import Clock
from shared.contracts import Contract
from shared.database.database import Transaction
from shared.messaging.inbox import Handler


def handlers(clock: Clock, due: asyncio.Event) -> Mapping[type[Contract], Handler]:
    """`due` is set when there is something new to deliver."""

    async def tell(transaction: Transaction, facts: Sequence[Fact]) -> None:
        await notify(transaction, facts, clock.now())
        transaction.after_commit(due.set)

    return dict.fromkeys(FACTS.values(), tell)
