"""A process that relays notes or receives them: `python -m tests.probes.passing relay|receive DATABASE_URL BROKER_URL
NOTES`. It kills itself in the middle of its work once it has passed so many NOTES: the relay when they are published
and not yet marked, the receiver inside the transaction that takes them."""

import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import cast

from shared.contracts.billing import PeriodClosing
from shared.database.database import Database, Transaction
from shared.messaging import outbox
from shared.messaging.broker import Broker
from shared.messaging.envelope import Event
from shared.messaging.opening import open_broker
from shared.messaging.outbox import Outbox, Relay
from shared.messaging.rabbitmq import subscription
from tests.probes.notes import Receiver, open_notes

BATCH = 20


class Fate:
    """Ends the process as kill -9 would, once so many notes have come by."""

    def __init__(self, notes: int) -> None:
        self._left = notes

    def meets(self, notes: int) -> None:
        self._left -= notes
        if self._left <= 0:
            os.kill(os.getpid(), signal.SIGKILL)


class DoomedReceiver(Receiver):
    def __init__(self, database: Database, fate: Fate) -> None:
        super().__init__(database)
        self._fate = fate

    async def take(self, transaction: Transaction, facts: Sequence[PeriodClosing]) -> None:
        await super().take(transaction, facts)
        self._fate.meets(len(facts))


class DoomedBroker:
    """The broker as a relay sees it."""

    def __init__(self, broker: Broker, fate: Fate) -> None:
        self._broker = broker
        self._fate = fate

    async def publish(self, events: Sequence[Event]) -> None:
        await self._broker.publish(events)
        self._fate.meets(len(events))


async def relay(database_url: str, broker_url: str, fate: Fate) -> None:
    outbox.BATCH = BATCH
    outbox.LEASE = timedelta(seconds=1)
    async with open_broker(broker_url, Path("unused")) as broker, open_notes("first", database_url) as database:
        doomed = cast("Broker", DoomedBroker(broker, fate))
        await Relay(database, Outbox(), doomed).run()


async def receive(database_url: str, broker_url: str, fate: Fate) -> None:
    subscription.BATCH_EVENTS = BATCH
    async with open_broker(broker_url, Path("unused")) as broker, open_notes("second", database_url) as database:
        await DoomedReceiver(database, fate).listen(broker)
        await asyncio.Event().wait()


if __name__ == "__main__":
    part, database_url, broker_url, notes = sys.argv[1:]
    asyncio.run({"relay": relay, "receive": receive}[part](database_url, broker_url, Fate(int(notes))))
