"""Messages of a queue, in hand but not taken: what is not acknowledged goes back as it was."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from aio_pika.abc import AbstractChannel, AbstractIncomingMessage, AbstractQueue

from shared.messaging.rabbitmq.link import Link, unbroken


@asynccontextmanager
async def browsing(
    link: Link, declare: Callable[[AbstractChannel], Awaitable[AbstractQueue]]
) -> AsyncIterator[list[AbstractIncomingMessage]]:
    """All messages of the queue at this moment, oldest first."""
    with unbroken():
        channel = await link.channel()
        try:
            queue = await declare(channel)
            messages = []
            while (message := await queue.get(fail=False)) is not None:
                messages.append(message)
            yield messages
            left = [message for message in messages if not message.processed]
            if left:
                await left[-1].nack(multiple=True, requeue=True)
        finally:
            await channel.close()
