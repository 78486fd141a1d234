"""A fact leaves with its rows and takes effect once, whatever fails on the way."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from shared.contracts.billing import PeriodClosing
from shared.contracts.packages import PeriodSealed
from shared.database.database import Database, DatabaseConfig, Transaction, open_database
from shared.database.migrations import migrate
from shared.ids import new_id
from shared.messaging import outbox
from shared.messaging.envelope import Event
from shared.messaging.inbox import Inbox
from shared.messaging.memory import MemoryBroker
from shared.messaging.outbox import Outbox, Relay
from tests.conftest import DatabaseUrls

NOW = datetime(2026, 11, 3, tzinfo=UTC)


@dataclass
class Sender:
    database: Database
    broker: MemoryBroker
    outbox: Outbox = field(default_factory=Outbox)

    @property
    def relay(self) -> Relay:
        return Relay(self.database, self.outbox, self.broker)

    async def write(self, *months: str, fail: bool = False) -> None:
        async with self.database.transaction() as transaction:
            for month in months:
                await transaction.execute(
                    "INSERT INTO note (id, text, at, stock) VALUES ($1, $2, $3, 0)", new_id(), month, NOW
                )
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

    async def take(self, transaction: Transaction, facts: Sequence[PeriodClosing]) -> None:
        for fact in facts:
            await transaction.execute(
                "INSERT INTO note (id, text, at, stock) VALUES ($1, $2, $3, 0)", new_id(), fact.month, NOW
            )
            if fact.month == self.poison:
                raise RuntimeError("cannot take it")

    async def taken(self) -> list[str]:
        return [row["text"] for row in await self.database.rows("SELECT text FROM note ORDER BY text")]


@pytest.fixture
async def databases(database_urls: DatabaseUrls) -> AsyncIterator[list[Database]]:
    async with AsyncExitStack() as stack:
        opened = []
        for name in ("first", "second"):
            config = DatabaseConfig(name, database_urls(name), "tests.probes")
            await migrate(config)
            opened.append(await stack.enter_async_context(open_database(config)))
        yield opened


@pytest.fixture
async def sender(databases: list[Database], tmp_path: Path) -> Sender:
    return Sender(databases[0], MemoryBroker(tmp_path / "dead-letters"))


@pytest.fixture
async def receiver(databases: list[Database], sender: Sender) -> Receiver:
    receiver = Receiver(databases[1])
    await sender.broker.subscribe("second", receiver.inbox.topics, receiver.inbox.receive)
    return receiver


async def test_events_leave_with_the_rows_they_tell_of(sender: Sender, receiver: Receiver) -> None:
    with pytest.raises(RuntimeError, match="changed my mind"):
        await sender.write("2026-08", fail=True)
    await sender.write("2026-09", "2026-10")
    while await sender.relay.drain():
        pass
    assert await receiver.taken() == ["2026-09", "2026-10"]
    assert await sender.staged() == 0


async def test_a_relay_is_woken_by_the_commit(sender: Sender, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "BACKSTOP_SECONDS", 3600)
    arrived = asyncio.Event()

    async def arrive(_: Sequence[Event]) -> None:
        arrived.set()

    await sender.broker.subscribe("second", [PeriodClosing.TOPIC], arrive)
    async with asyncio.timeout(10), asyncio.TaskGroup() as group:
        running = group.create_task(sender.relay.run())
        await asyncio.sleep(0)  # it starts, finds nothing and waits
        await sender.write("2026-10")
        await arrived.wait()
        running.cancel()


async def test_an_event_delivered_twice_takes_effect_once(receiver: Receiver) -> None:
    event = Event.about(PeriodClosing(month="2026-10"), NOW)
    await receiver.inbox.receive([event, event])
    await receiver.inbox.receive([event])
    await asyncio.gather(*(receiver.inbox.receive([event]) for _ in range(5)))
    assert await receiver.taken() == ["2026-10"]


async def test_an_effect_that_fails_leaves_the_event_unseen(receiver: Receiver) -> None:
    event = Event.about(PeriodClosing(month="2026-10"), NOW)
    receiver.poison = "2026-10"
    with pytest.raises(RuntimeError, match="cannot take it"):
        await receiver.inbox.receive([event])
    assert await receiver.taken() == []
    receiver.poison = ""
    await receiver.inbox.receive([event])
    assert await receiver.taken() == ["2026-10"]


async def test_one_poisonous_event_holds_up_no_other_and_is_kept(sender: Sender, receiver: Receiver) -> None:
    receiver.poison = "2026-09"
    await sender.write("2026-08", "2026-09", "2026-10")
    await sender.relay.drain()
    assert await receiver.taken() == ["2026-08", "2026-10"]
    assert await sender.staged() == 0
    [letter] = await sender.broker.dead_letters("second")
    receiver.poison = ""
    await sender.broker.replay(letter)
    assert await receiver.taken() == ["2026-08", "2026-09", "2026-10"]


async def test_events_stay_staged_while_the_broker_fails(sender: Sender, receiver: Receiver) -> None:
    class Unreachable(MemoryBroker):
        async def publish(self, events: Sequence[Event]) -> None:
            raise ConnectionError(len(events))

    await sender.write("2026-10")
    unreachable = Unreachable(Path("unused"))
    with pytest.raises(ConnectionError):
        await Relay(sender.database, sender.outbox, unreachable).drain()
    assert await sender.staged() == 1
    assert await sender.relay.drain() == 1
    assert await receiver.taken() == ["2026-10"]


async def test_two_relays_share_an_outbox_without_doing_work_twice_in_effect(
    sender: Sender, receiver: Receiver
) -> None:
    months = [f"{year}-01" for year in range(2000, 2700)]
    await sender.write(*months)
    relays = [sender.relay, sender.relay]
    while any(await asyncio.gather(*(relay.drain() for relay in relays))):
        pass
    assert await receiver.taken() == months


async def test_an_event_that_is_not_what_its_topic_says_is_refused_whole(receiver: Receiver) -> None:
    wrong = Event.about(
        PeriodSealed(month="2026-10", approvals=0, reversals=0, purchases=0, sum_minor=0, sealed_at=NOW), NOW
    )
    disguised = Event(wrong.id, PeriodClosing.TOPIC, NOW, wrong.body.__class__(b'{"month": 10}'))
    with pytest.raises(Exception, match="Expected `str`"):
        await receiver.inbox.receive([Event.about(PeriodClosing(month="2026-10"), NOW), disguised])
    assert await receiver.taken() == []
