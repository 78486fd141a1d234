"""The loop that one would write first: one message an event, each confirmed, acknowledged and committed by itself."""

import asyncio
from contextlib import AsyncExitStack
from typing import TypeAlias

import aio_pika
import asyncpg
import msgspec
from aio_pika import DeliveryMode, Message
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage, AbstractQueue

from shared.contracts.packages import SessionApproved
from shared.database.database import Database

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

PREFETCH = 100

_NEXT = "SELECT id, body FROM outbox ORDER BY id LIMIT 100"
_SENT = "DELETE FROM outbox WHERE id = $1"
_SEEN = "INSERT INTO inbox (event_id, received_at) VALUES ($1, now()) ON CONFLICT DO NOTHING RETURNING event_id"
_TAKE = """
INSERT INTO approval (session_id, parent_id, child_id, tutor_id, starts_at, session_date, duration_minutes, coverage,
                      package_id, price_minor, currency, month, approved_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
"""


async def pass_plainly(packages: Database, billing: Database, amqp_url: str, queue_name: str, number: int) -> None:
    """Until so many events are in billing."""
    async with AsyncExitStack() as stack:
        connection = await stack.enter_async_context(await aio_pika.connect(amqp_url))
        channel = await connection.channel()
        await channel.set_qos(prefetch_count=PREFETCH)
        queue = await channel.declare_queue(queue_name, durable=True, arguments={"x-queue-type": "quorum"})
        stack.push_async_callback(channel.queue_delete, queue_name)
        outbox, inbox = [await asyncpg.connect(database.config.url) for database in (packages, billing)]
        stack.push_async_callback(outbox.close)
        stack.push_async_callback(inbox.close)
        async with asyncio.TaskGroup() as group:
            group.create_task(_relay(outbox, await connection.channel(), queue_name))
            group.create_task(_receive(inbox, queue, number))


async def _relay(outbox: Connection, channel: AbstractChannel, queue_name: str) -> None:
    while rows := await outbox.fetch(_NEXT):
        for row in rows:
            body, event_id = row["body"].encode(), str(row["id"])
            message = Message(body, message_id=event_id, delivery_mode=DeliveryMode.PERSISTENT)
            await channel.default_exchange.publish(message, queue_name)
            await outbox.execute(_SENT, row["id"])


async def _receive(inbox: Connection, queue: AbstractQueue, number: int) -> None:
    async with queue.iterator() as messages:
        async for message in messages:
            await _take(inbox, message)
            await message.ack()
            number -= 1
            if not number:
                return


async def _take(inbox: Connection, message: AbstractIncomingMessage) -> None:
    fact = msgspec.json.decode(message.body, type=SessionApproved)
    async with inbox.transaction():
        if await inbox.fetchval(_SEEN, message.message_id):
            await inbox.execute(_TAKE, *msgspec.structs.astuple(fact))
