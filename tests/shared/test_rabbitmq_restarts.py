"""A RabbitMQ server of the tests' own, which says what stands on it, is stopped, killed and closes its connections."""

import asyncio
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from shared.contracts.billing import PeriodClosing
from shared.messaging.broker import DELIVERY_LIMIT, Broker
from shared.messaging.envelope import Event
from shared.messaging.opening import open_broker
from shared.messaging.rabbitmq.subscription import BATCH_MESSAGES
from tests.eventually import eventually
from tests.servers.ladder import install
from tests.servers.process import started
from tests.servers.rabbitmq import PrivateRabbitMQ, binaries

NOW = datetime(2026, 11, 3, tzinfo=UTC)
BATCHES, BATCH = 60, 20


@pytest.fixture(scope="module")
def server() -> Iterator[PrivateRabbitMQ]:
    with ExitStack() as session:
        server = PrivateRabbitMQ(binaries() or install("rabbitmq-server", binaries))
        started(session, server)
        yield server


async def test_what_stands_on_the_server_is_what_3_10_and_4_understand_alike(server: PrivateRabbitMQ) -> None:
    """Durable quorum queues with every limit stated; nothing transient, no prefetch over a whole channel."""

    async def hear(_: Sequence[Event]) -> None:
        """Nothing comes."""

    async with open_broker(server.url, Path("unused")) as broker:
        await broker.subscribe("second", [PeriodClosing.TOPIC], hear)
        queues = {queue["name"]: queue for queue in listed(server, "queues", "name", "type", "durable", "arguments")}
        assert {"second", "second.dead", "nivaa.unclaimed"} <= queues.keys()
        assert all((queue["type"], queue["durable"]) == ("quorum", True) for queue in queues.values())
        assert all("x-delivery-limit" in arguments_of(queue) for queue in queues.values())
        assert arguments_of(queues["second"]) == {
            "x-queue-type": "quorum",
            "x-delivery-limit": DELIVERY_LIMIT,
            "x-dead-letter-exchange": "",
            "x-dead-letter-routing-key": "second.dead",
            "x-dead-letter-strategy": "at-least-once",
            "x-overflow": "reject-publish",
        }
        channels = listed(server, "channels", "global_prefetch_count", "confirm")
        assert {channel["global_prefetch_count"] for channel in channels} == {0}
        assert all(channel["confirm"] for channel in channels)
        (consumer,) = listed(server, "consumers", "queue_name", "ack_required", "prefetch_count")
        assert (consumer["ack_required"], consumer["prefetch_count"]) == (True, BATCH_MESSAGES)


def listed(server: PrivateRabbitMQ, kind: str, *columns: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(server.control("--quiet", f"list_{kind}", *columns, "--formatter", "json"))
    return rows


def arguments_of(queue: dict[str, Any]) -> dict[str, object]:
    """3.10 lists them as triples of name, type and value."""
    return {name: value for name, _, value in queue["arguments"]}


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
