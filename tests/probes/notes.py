"""A service that tells of the notes it writes, and one that notes what it hears: an outbox's way into an inbox."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from shared.contracts.billing import PeriodClosing
from shared.database.database import Database, DatabaseConfig, Transaction, open_database
from shared.database.migrations import migrate
from shared.ids import new_id
from shared.messaging.broker import Broker
from shared.messaging.inbox import Inbox
from shared.messaging.outbox import Outbox, Relay

NOW = datetime(2026, 11, 3, tzinfo=UTC)
QUEUE = "second"


@asynccontextmanager
async def open_notes(name: str, url: str) -> AsyncIterator[Database]:
    """The probes are called first and second."""
    config = DatabaseConfig(name, url, "tests.probes")
    await migrate(config)
    async with open_database(config) as database:
        yield database


async def write_note(transaction: Transaction, text: str) -> None:
    await transaction.execute("INSERT INTO note (id, text, at, stock) VALUES ($1, $2, $3, 0)", new_id(), text, NOW)


@dataclass
class Sender:
    database: Database
    broker: Broker
    outbox: Outbox = field(default_factory=Outbox)

    @property
    def relay(self) -> Relay:
        return Relay(self.database, self.outbox, self.broker)

    async def write(self, *months: str, fail: bool = False) -> None:
        async with self.database.transaction() as transaction:
            for month in months:
                await write_note(transaction, month)
            await self.outbox.stage(transaction, [PeriodClosing(month=month) for month in months], NOW)
            if fail:
                raise RuntimeError("changed my mind")

    async def staged(self) -> int:
        count: int = await self.database.value("SELECT count(*) FROM outbox")
        return count


@dataclass
class Receiver:
    database: Database
    poison: str = ""

    @property
    def inbox(self) -> Inbox:
        return Inbox(self.database, {PeriodClosing: self.take})

    async def listen(self, broker: Broker) -> None:
        await broker.subscribe(QUEUE, self.inbox.topics, self.inbox.receive)

    async def take(self, transaction: Transaction, facts: Sequence[PeriodClosing]) -> None:
        for fact in facts:
            await write_note(transaction, fact.month)
            if fact.month == self.poison:
                raise RuntimeError("cannot take it")

    async def taken(self) -> list[str]:
        return [row["text"] for row in await self.database.rows("SELECT text FROM note ORDER BY text")]

    async def has_taken(self, months: Sequence[str]) -> bool:
        return await self.taken() == sorted(months)
