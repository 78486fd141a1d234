"""A RabbitMQ server of the test's own that is stopped, killed and told to close its connections."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest

from shared.contracts.billing import PeriodClosing
from shared.messaging.broker import Broker
from shared.messaging.envelope import Event
from shared.messaging.opening import open_broker
from tests.eventually import eventually
from tests.servers.ladder import install
from tests.servers.process import started
from tests.servers.rabbitmq import PrivateRabbitMQ, binaries

NOW = datetime(2026, 11, 3, tzinfo=UTC)
BATCHES, BATCH = 60, 20


@pytest.fixture
def server() -> Iterator[PrivateRabbitMQ]:
    with ExitStack() as session:
        server = PrivateRabbitMQ(binaries() or install("rabbitmq-server", binaries))
        started(session, server)
        yield server


def stop_and_start(server: PrivateRabbitMQ) -> None:
    server.stop()
    server.start()


def kill_and_start(server: PrivateRabbitMQ) -> None:
    server.kill()
    server.start()


def close_all_connections(server: PrivateRabbitMQ) -> None:
    server.control("close_all_connections", "a test")


@pytest.mark.timeout(300)
async def test_publishing_goes_on_and_nothing_is_lost(server: PrivateRabbitMQ) -> None:
    heard: list[Event] = []

    async def hear(events: Sequence[Event]) -> None:
        heard.extend(events)

    async with open_broker(server.url, Path("unused")) as broker:
        await broker.subscribe("first", [PeriodClosing.TOPIC], hear)
        for disturb in (close_all_connections, stop_and_start, kill_and_start):
            published = await _publish_under(broker, server, disturb)
            await eventually(lambda: {event.id for event in heard} >= published, within_seconds=60)  # noqa: B023
        assert await broker.dead_letters("first") == []


async def _publish_under(
    broker: Broker, server: PrivateRabbitMQ, disturb: Callable[[PrivateRabbitMQ], None]
) -> set[object]:
    """The ids of all that was published while the server was disturbed, and after."""
    disturbing = asyncio.create_task(asyncio.to_thread(disturb, server))
    published: set[object] = set()
    while not disturbing.done() or len(published) < BATCHES * BATCH:
        events = [Event.about(PeriodClosing(month=f"{number:04}"), NOW) for number in range(BATCH)]
        await _persistently(broker, events)
        published |= {event.id for event in events}
    await disturbing
    return published


async def _persistently(broker: Broker, events: Sequence[Event]) -> None:
    while True:
        try:
            return await broker.publish(events)
        except (TimeoutError, ConnectionError, RuntimeError):
            await asyncio.sleep(0.1)
