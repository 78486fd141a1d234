"""Events that came before anybody had subscribed to their topic."""

from collections.abc import Collection

from aio_pika import DeliveryMode, Message

from shared.messaging.rabbitmq.browsing import browsing
from shared.messaging.rabbitmq.link import Link
from shared.messaging.rabbitmq.topology import declare_unclaimed


async def claim(link: Link, topics: Collection[str]) -> None:
    """Publishes what was kept of these topics again, now that a queue is bound to them."""
    async with browsing(link, lambda channel: declare_unclaimed(channel, link.names)) as messages:
        for message in messages:
            if message.routing_key is not None and message.routing_key in topics:
                again = Message(message.body, type=message.type, delivery_mode=DeliveryMode.PERSISTENT)
                await link.publish([(message.routing_key, again)])
                await message.ack()
