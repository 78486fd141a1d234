"""A process that relays notes or receives them until it is killed: `python -m tests.probes.passing relay|receive
DATABASE_URL BROKER_URL`. In small batches, so that whenever it is killed it is in the middle of one."""

import asyncio
import sys
from datetime import timedelta
from pathlib import Path

from shared.messaging import outbox
from shared.messaging.opening import open_broker
from shared.messaging.rabbitmq import subscription
from tests.probes.notes import Receiver, Sender, open_notes

BATCH = 20


async def relay(database_url: str, broker_url: str) -> None:
    outbox.BATCH = BATCH
    outbox.LEASE = timedelta(seconds=1)
    async with open_broker(broker_url, Path("unused")) as broker, open_notes("first", database_url) as database:
        await Sender(database, broker).relay.run()


async def receive(database_url: str, broker_url: str) -> None:
    subscription.BATCH_EVENTS = BATCH
    async with open_broker(broker_url, Path("unused")) as broker, open_notes("second", database_url) as database:
        await Receiver(database).listen(broker)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run({"relay": relay, "receive": receive}[sys.argv[1]](*sys.argv[2:]))
