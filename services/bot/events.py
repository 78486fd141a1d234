"""What the bot hears of: topic → use case, through the inbox."""

import asyncio
from collections.abc import Mapping, Sequence

from services.bot.domain.catalogue import Catalogues
from services.bot.use_cases.notify_low_packages import notify_low_packages
from shared.contracts import Contract
from shared.contracts.packages import LowPackageRaised
from shared.database.database import Transaction
from shared.messaging.inbox import Handler


def handlers(due: asyncio.Event, catalogues: Catalogues) -> Mapping[type[Contract], Handler]:
    """`due` is set when there is something new to deliver."""

    async def low_packages(transaction: Transaction, alerts: Sequence[LowPackageRaised]) -> None:
        await notify_low_packages(transaction, alerts, catalogues)
        transaction.after_commit(due.set)

    return {LowPackageRaised: low_packages}
