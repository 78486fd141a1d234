"""Names of a test's own on the RabbitMQ server that all tests share."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import aio_pika

from shared.messaging.rabbitmq.topology import Names
from tests.servers import amqp_url
from tests.servers.apart import run_apart

QUEUES = ("packages", "billing", "invoicing", "bot", "listener", "first", "second", "third")
"""The queues a test may have: RabbitMQ does not list them to its clients, so what is to be removed has a name."""


@contextmanager
def own_rabbitmq(server: str | None = None) -> Iterator[str]:
    """A broker URL whose exchanges and queues nobody else uses; they are removed afterwards."""
    server = server or amqp_url()
    prefix = f"nivaa-test-{uuid4().hex[:12]}."
    try:
        yield f"{server}?prefix={prefix}"
    finally:
        run_apart(_remove(server, Names(prefix)))


async def _remove(server: str, names: Names) -> None:
    async with await aio_pika.connect(server) as connection, connection.channel() as channel:
        for queue in QUEUES:
            await channel.queue_delete(names.queue(queue))
            await channel.queue_delete(names.dead(queue))
        await channel.queue_delete(names.unclaimed)
        await channel.exchange_delete(names.exchange)
        await channel.exchange_delete(names.unclaimed)
