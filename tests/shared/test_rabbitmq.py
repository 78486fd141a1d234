"""What only a broker on the other side of a wire has to get right."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import aio_pika
import msgspec
import pytest
from aio_pika.abc import AbstractChannel
from aio_pika.exceptions import CONNECTION_EXCEPTIONS

from shared.contracts.billing import PeriodClosing
from shared.messaging.broker import DELIVERY_LIMIT, Broker
from shared.messaging.envelope import Event
from shared.messaging.opening import open_broker
from shared.messaging.rabbitmq import link
from tests.eventually import eventually
from tests.rabbitmq import own_rabbitmq
from tests.wire import Wire

NOW = datetime(2026, 11, 3, tzinfo=UTC)
NOWHERE = Path("unused")


@pytest.fixture
def url() -> Iterator[str]:
    with own_rabbitmq() as url:
        yield url


@pytest.fixture
async def wire(url: str) -> AsyncIterator[Wire]:
    async with Wire.to(url) as wire:
        yield wire


@pytest.fixture
async def broker(wire: Wire) -> AsyncIterator[Broker]:
    async with open_broker(wire.url, NOWHERE) as broker:
        yield broker


class Listener:
    def __init__(self) -> None:
        self.heard: list[Event] = []

    async def listen(self, broker: Broker, queue: str = "first") -> None:
        await broker.subscribe(queue, [PeriodClosing.TOPIC], self.hear)

    async def hear(self, events: Sequence[Event]) -> None:
        self.heard.extend(events)

    def has_heard(self, events: Sequence[Event]) -> bool:
        return {event.id for event in self.heard} >= {event.id for event in events}


def some_events(number: int = 3) -> list[Event]:
    return [Event.about(PeriodClosing(month=f"{number:04}"), NOW) for number in range(number)]


async def persistently(broker: Broker, events: Sequence[Event]) -> None:
    """As a relay does."""
    while True:
        try:
            return await broker.publish(events)
        except Exception:  # noqa: BLE001 - whatever it was, an outbox still has the events
            await asyncio.sleep(0.05)


async def test_events_from_before_anybody_listened_are_kept_for_who_does(broker: Broker) -> None:
    early, nobodys = some_events(), Event(some_events()[0].id, "nobodys.topic.v1", NOW, msgspec.Raw(b"{}"))
    await broker.publish([nobodys, *early])
    listener = Listener()
    await listener.listen(broker)
    await eventually(lambda: listener.has_heard(early))
    assert listener.heard == early


async def test_a_queue_keeps_what_comes_while_its_service_is_away(url: str) -> None:
    listener, events = Listener(), some_events(250)
    async with open_broker(url, NOWHERE) as broker:
        await listener.listen(broker)
    async with open_broker(url, NOWHERE) as broker:
        await broker.publish(events)
    assert listener.heard == []
    async with open_broker(url, NOWHERE) as broker:
        await listener.listen(broker)
        await eventually(lambda: listener.has_heard(events))


async def test_prefixes_keep_organisations_apart(broker: Broker) -> None:
    listener, events = Listener(), some_events()
    with own_rabbitmq() as elsewhere:
        async with open_broker(elsewhere, NOWHERE) as other:
            await listener.listen(other)
            await broker.publish(some_events())
            await other.publish(events)
            await eventually(lambda: listener.has_heard(events))
            assert len(listener.heard) == len(events)


async def test_cut_connections_come_back_and_nothing_is_lost(broker: Broker, wire: Wire) -> None:
    listener, published = Listener(), []
    await listener.listen(broker)
    for cut in range(3):
        for batch in range(10):
            events = some_events(20)
            sending = asyncio.create_task(persistently(broker, events))
            if batch == 3 * cut:
                await asyncio.sleep(0)
                await wire.cut()
            await sending
            published += events
    await eventually(lambda: listener.has_heard(published))


async def test_a_server_that_goes_away_is_missed_and_found_again(
    broker: Broker, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    listener, before, after = Listener(), some_events(), some_events()
    await listener.listen(broker)
    await broker.publish(before)
    await wire.down()
    with monkeypatch.context() as impatient:
        impatient.setattr(link, "PUBLISH_SECONDS", 0.3)
        with pytest.raises((TimeoutError, ConnectionError)):
            await broker.publish(after)
    with pytest.raises((TimeoutError, ConnectionError)):
        async with asyncio.timeout(0.3):
            await broker.check()
    await wire.up()
    await persistently(broker, after)
    await broker.check()
    await eventually(lambda: listener.has_heard([*before, *after]))


async def test_a_service_may_start_before_the_server(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.messaging.rabbitmq.subscription.OPEN_SECONDS", 0.1)
    await wire.down()
    listener, events = Listener(), some_events()
    async with open_broker(wire.url, NOWHERE) as broker:
        await listener.listen(broker)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await broker.check()
        await wire.up()
        await persistently(broker, events)
        await eventually(lambda: listener.has_heard(events))


async def test_a_service_that_never_saw_the_server_can_stop(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.messaging.rabbitmq.subscription.OPEN_SECONDS", 0.1)
    await wire.down()
    async with asyncio.timeout(30), open_broker(wire.url, NOWHERE) as broker:
        await Listener().listen(broker)


async def test_a_message_that_is_none_of_ours_becomes_a_dead_letter(broker: Broker, url: str) -> None:
    listener, events = Listener(), some_events()
    await listener.listen(broker)
    async with raw_channel(url) as channel:
        exchange = await channel.get_exchange(f"{prefix_of(url)}nivaa")
        await exchange.publish(aio_pika.Message(b"no event \xff"), PeriodClosing.TOPIC)
    await broker.publish(events)
    await eventually(lambda: listener.has_heard(events))

    async def put_aside() -> bool:
        return bool(await broker.dead_letters("first"))

    await eventually(put_aside)
    (letter,) = await broker.dead_letters("first")
    assert b"no event" in bytes(letter.event.body)
    assert letter.event.topic == PeriodClosing.TOPIC


async def test_what_the_server_gave_up_is_a_dead_letter_for_each_event(broker: Broker, url: str) -> None:
    """A message whose receivers all died: the server itself put it aside, packed as it was."""
    listener, events = Listener(), some_events()
    await listener.listen(broker)
    await broker.stop()
    await broker.publish(events)
    for _ in range(DELIVERY_LIMIT + 1):
        await _receive_and_die(url)

    async def given_up() -> bool:
        return len(await broker.dead_letters("first")) == len(events)

    await eventually(given_up)
    letters = await broker.dead_letters("first")
    assert [letter.event for letter in letters] == events
    assert "without an answer" in letters[0].reason
    await broker.replay(letters[1:2])
    assert [letter.event for letter in await broker.dead_letters("first")] == [events[0], events[2]]
    await listener.listen(broker)
    await eventually(lambda: listener.heard == events[1:2])


async def test_what_a_subscriber_is_out_of_order_for_too_long_to_take_goes_back(
    broker: Broker, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before the server takes it back, which it does only so many times; another process can take it meanwhile."""
    monkeypatch.setattr("shared.messaging.rabbitmq.subscription.HOLD_SECONDS", 0.3)
    out_of_order, listener, before, after = True, Listener(), some_events(), some_events()

    async def hear(events: Sequence[Event]) -> None:
        if out_of_order:
            raise ConnectionError("the database is down")
        await listener.hear(events)

    await broker.subscribe("first", [PeriodClosing.TOPIC], hear)
    await broker.publish(before)
    async with open_broker(url, NOWHERE) as another:
        healthy = Listener()
        await healthy.listen(another)
        await eventually(lambda: healthy.has_heard(before))
    assert listener.heard == []
    out_of_order = False
    await broker.publish(after)
    await eventually(lambda: listener.has_heard(after))
    assert await broker.dead_letters("first") == []


async def test_dead_letters_may_be_read_any_number_of_times(broker: Broker, url: str) -> None:
    listener = Listener()
    await listener.listen(broker)
    async with raw_channel(url) as channel:
        await channel.default_exchange.publish(aio_pika.Message(b"no event"), f"{prefix_of(url)}first.dead")
    for _ in range(30):
        assert len(await broker.dead_letters("first")) == 1


async def test_a_broker_that_cannot_subscribe_is_not_ready(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.messaging.rabbitmq.subscription.OPEN_SECONDS", 0.5)
    async with raw_channel(url) as channel:
        await channel.declare_queue(f"{prefix_of(url)}first", durable=True)  # with other arguments than ours
    async with open_broker(url, NOWHERE) as broker:
        await Listener().listen(broker)
        with pytest.raises(ConnectionError, match="not subscribed yet: first"):
            await broker.check()


async def test_other_schemes_are_refused() -> None:
    with pytest.raises(ValueError, match="'kafka'"):
        async with open_broker("kafka://host", NOWHERE):
            raise AssertionError("it was opened")


@asynccontextmanager
async def raw_channel(url: str) -> AsyncIterator[AbstractChannel]:
    """A channel of the plain library, past our adapter."""
    async with await aio_pika.connect(url.partition("?")[0]) as connection:
        yield await connection.channel()


def prefix_of(url: str) -> str:
    return url.partition("prefix=")[2]


async def _receive_and_die(url: str) -> None:
    """Takes a message and loses its connection instead of answering."""
    async with Wire.to(url) as wire:
        connection = await aio_pika.connect(wire.url.partition("?")[0])
        queue = await (await connection.channel()).get_queue(f"{prefix_of(url)}first")

        async def try_to_get() -> bool:
            return await queue.get(fail=False) is not None

        await eventually(try_to_get)
        await wire.cut()
        with suppress(*CONNECTION_EXCEPTIONS, asyncio.CancelledError):
            await connection.close()
