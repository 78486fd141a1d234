"""RabbitMQ as a broker."""

import asyncio
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager

from shared.messaging.broker import DeadLetter, Deliver
from shared.messaging.envelope import Event, packed
from shared.messaging.rabbitmq.dead_letters import read_dead_letters, replay
from shared.messaging.rabbitmq.link import Link
from shared.messaging.rabbitmq.subscription import Subscription
from shared.messaging.rabbitmq.topology import Names
from shared.messaging.rabbitmq.wire import pack_message


class RabbitBroker:
    def __init__(self, link: Link) -> None:
        self._link = link
        self._subscriptions: list[Subscription] = []

    @classmethod
    @asynccontextmanager
    async def open(cls, url: str, prefix: str = "") -> AsyncIterator["RabbitBroker"]:
        """`prefix` stands before the name of every exchange and queue."""
        async with Link.open(url, Names(prefix)) as link:
            broker = cls(link)
            try:
                yield broker
            finally:
                await broker.stop()

    async def publish(self, events: Sequence[Event]) -> None:
        await self._link.publish([(pack[0].topic, pack_message(pack)) for pack in packed(events)])

    async def subscribe(self, queue: str, topics: Collection[str], deliver: Deliver) -> None:
        subscription = Subscription(self._link, queue, frozenset(topics), deliver)
        self._subscriptions.append(subscription)
        await subscription.start()

    async def stop(self) -> None:
        await asyncio.gather(*(subscription.stop() for subscription in self._subscriptions))
        self._subscriptions.clear()

    async def dead_letters(self, queue: str) -> list[DeadLetter]:
        return await read_dead_letters(self._link, queue)

    async def replay(self, letters: Collection[DeadLetter]) -> None:
        for queue in sorted({letter.queue for letter in letters}):
            await replay(self._link, queue, {letter.event.id for letter in letters if letter.queue == queue})

    async def check(self) -> None:
        await self._link.check()
        unbound = [subscription.queue for subscription in self._subscriptions if not subscription.is_consuming]
        if unbound:
            raise ConnectionError(f"not subscribed yet: {', '.join(unbound)}")
