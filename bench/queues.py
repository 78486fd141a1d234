"""Names on a RabbitMQ server that are a benchmark's own."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

import aio_pika

from shared.messaging.rabbitmq.topology import Names

RABBITMQ = os.environ.get("BENCH_AMQP_URL", "amqp://guest:guest@127.0.0.1:5672").rstrip("/")


@asynccontextmanager
async def own_prefix(service: str) -> AsyncIterator[str]:
    """What the service's queues and the exchanges are named with; they are removed afterwards."""
    prefix = f"nivaa-bench-{uuid4().hex[:12]}."
    try:
        yield prefix
    finally:
        await _remove(Names(prefix), service)


async def _remove(names: Names, service: str) -> None:
    async with await aio_pika.connect(RABBITMQ) as connection, connection.channel() as channel:
        for queue in (names.queue(service), names.dead(service), names.unclaimed):
            await channel.queue_delete(queue)
        for exchange in (names.exchange, names.unclaimed):
            await channel.exchange_delete(exchange)
