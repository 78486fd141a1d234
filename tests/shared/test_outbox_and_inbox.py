"""A fact leaves with its rows and takes effect once, whatever fails on the way."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path

import pytest

from shared.contracts.billing import PeriodClosing
from shared.contracts.packages import PeriodSealed
from shared.database.database import Database
from shared.messaging import outbox
from shared.messaging.broker import Broker
from shared.messaging.envelope import Event
from shared.messaging.opening import open_broker
from shared.messaging.outbox import Relay
from shared.messaging.rabbitmq import link
from tests.conftest import DatabaseUrls
from tests.eventually import eventually
from tests.probes.notes import NOW, QUEUE, Receiver, Sender, open_notes

NOBODY_LISTENS = "amqp://127.0.0.1:9/"


@pytest.fixture
async def broker(broker_url: str, tmp_path: Path) -> AsyncIterator[Broker]:
    async with open_broker(broker_url, tmp_path / "dead-letters") as broker:
        yield broker
        await broker.stop()


@pytest.fixture
async def databases(database_urls: DatabaseUrls) -> AsyncIterator[list[Database]]:
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(open_notes(name, database_urls(name))) for name in ("first", "second")]


@pytest.fixture
async def sender(databases: list[Database], broker: Broker) -> Sender:
    return Sender(databases[0], broker)


@pytest.fixture
async def receiver(databases: list[Database], broker: Broker) -> AsyncIterator[Receiver]:
    receiver = Receiver(databases[1])
    await receiver.listen(broker)
    yield receiver
    await broker.stop()


async def test_events_leave_with_the_rows_they_tell_of(sender: Sender, receiver: Receiver) -> None:
    with pytest.raises(RuntimeError, match="changed my mind"):
        await sender.write("2026-08", fail=True)
    await sender.write("2026-09", "2026-10")
    while await sender.relay.drain():
        pass
    await eventually(partial(receiver.has_taken, ["2026-09", "2026-10"]))
    assert await sender.staged() == 0


async def test_large_events_leave_a_few_at_a_time(
    sender: Sender, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    months = ["2026-08", "2026-09", "2026-10"]
    await sender.write(*months)
    two = 2 * len(Event.about(PeriodClosing(month="2026-08"), NOW).body)
    monkeypatch.setattr(outbox, "BATCH_BYTES", two)
    assert [await sender.relay.drain() for _ in range(3)] == [2, 1, 0]
    monkeypatch.setattr(outbox, "BATCH_BYTES", 1)
    await sender.write("2026-11")
    assert await sender.relay.drain() == 1, "one leaves, however large it is"
    await eventually(partial(receiver.has_taken, [*months, "2026-11"]))


async def test_a_relay_is_woken_by_the_commit(sender: Sender, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "BACKSTOP_SECONDS", 3600)
    arrived = asyncio.Event()

    async def arrive(_: Sequence[Event]) -> None:
        arrived.set()

    await sender.broker.subscribe(QUEUE, [PeriodClosing.TOPIC], arrive)
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


async def test_an_event_published_twice_takes_effect_once(sender: Sender, receiver: Receiver) -> None:
    events = [Event.about(PeriodClosing(month=month), NOW) for month in ("2026-09", "2026-10")]
    await sender.broker.publish(events)
    await sender.broker.publish([*events, *events])
    await sender.broker.publish([Event.about(PeriodClosing(month="2026-11"), NOW)])
    await eventually(partial(receiver.has_taken, ["2026-09", "2026-10", "2026-11"]))


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
    await eventually(partial(receiver.has_taken, ["2026-08", "2026-10"]))
    assert await sender.staged() == 0
    await eventually(partial(_has_letters, sender.broker, 1))
    receiver.poison = ""
    await sender.broker.replay(await sender.broker.dead_letters(QUEUE))
    await eventually(partial(receiver.has_taken, ["2026-08", "2026-09", "2026-10"]))
    await eventually(partial(_has_letters, sender.broker, 0))


async def test_events_stay_staged_while_the_broker_fails(
    sender: Sender, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link, "PUBLISH_SECONDS", 0.1)
    await sender.write("2026-10")
    async with open_broker(NOBODY_LISTENS, Path("unused")) as unreachable:
        with pytest.raises(TimeoutError):
            await Relay(sender.database, sender.outbox, unreachable).drain()
    assert await sender.staged() == 1
    monkeypatch.undo()
    assert await sender.relay.drain() == 1
    await eventually(partial(receiver.has_taken, ["2026-10"]))


async def test_two_relays_share_an_outbox_without_doing_work_twice_in_effect(
    sender: Sender, receiver: Receiver
) -> None:
    months = [f"{year}-01" for year in range(2000, 2700)]
    await sender.write(*months)
    relays = [sender.relay, sender.relay]
    while any(await asyncio.gather(*(relay.drain() for relay in relays))):
        pass
    await eventually(partial(receiver.has_taken, months))


async def test_an_event_that_is_not_what_its_topic_says_is_refused_whole(receiver: Receiver) -> None:
    wrong = Event.about(
        PeriodSealed(month="2026-10", approvals=0, reversals=0, purchases=0, sum_minor=0, sealed_at=NOW), NOW
    )
    disguised = Event(wrong.id, PeriodClosing.TOPIC, NOW, wrong.body.__class__(b'{"month": 10}'))
    with pytest.raises(Exception, match="Expected `str`"):
        await receiver.inbox.receive([Event.about(PeriodClosing(month="2026-10"), NOW), disguised])
    assert await receiver.taken() == []


async def _has_letters(broker: Broker, number: int) -> bool:
    return len(await broker.dead_letters(QUEUE)) == number
