"""A process that relays notes or receives them until it is killed: `python -m tests.probes.passing relay|receive
DATABASE_URL BROKER_URL`. In small batches with pauses in them, so that whenever it is killed it is in the middle."""

import asyncio
import sys
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from shared.contracts.billing import PeriodClosing
from shared.database.database import Transaction
from shared.messaging import outbox
from shared.messaging.opening import open_broker
from shared.messaging.outbox import Outbox, Relay
from shared.messaging.rabbitmq import subscription
from tests.probes.notes import Receiver, open_notes

BATCH = 20
PAUSE_SECONDS = 0.02


class SlowReceiver(Receiver):
    async def take(self, transaction: Transaction, facts: Sequence[PeriodClosing]) -> None:
        await super().take(transaction, facts)
        await asyncio.sleep(PAUSE_SECONDS)


class SlowRelay(Relay):
    async def drain(self) -> int:
        await asyncio.sleep(PAUSE_SECONDS)
        return await super().drain()


async def relay(database_url: str, broker_url: str) -> None:
    outbox.BATCH = BATCH
    outbox.LEASE = timedelta(seconds=1)
    async with open_broker(broker_url, Path("unused")) as broker, open_notes("first", database_url) as database:
        await SlowRelay(database, Outbox(), broker).run()


async def receive(database_url: str, broker_url: str) -> None:
    subscription.BATCH_EVENTS = BATCH
    async with open_broker(broker_url, Path("unused")) as broker, open_notes("second", database_url) as database:
        await SlowReceiver(database).listen(broker)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run({"relay": relay, "receive": receive}[sys.argv[1]](*sys.argv[2:]))
