"""One connection to the server, which comes back by itself, and one channel to publish on, with confirms."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager

from aio_pika import Message
from aio_pika.abc import AbstractChannel, AbstractExchange
from aio_pika.connection import make_url
from aio_pika.robust_connection import RobustConnection

from shared.messaging.rabbitmq.topology import Names, declare_exchange

RECONNECT_SECONDS = 1
CONNECT_SECONDS = 5
PUBLISH_SECONDS = 8.0
"""Less than an outbox's lease: whoever waits longer gives its events back."""


@contextmanager
def unbroken() -> Iterator[None]:
    """Raises ConnectionError where a lost connection takes what waits for it for cancelled, as aio-pika lets it do:
    nobody cancelled the task that waits."""
    try:
        yield
    except asyncio.CancelledError as error:
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            raise
        raise ConnectionError("the connection was lost") from error


class Link:
    def __init__(self, connection: RobustConnection, names: Names) -> None:
        self.names = names
        self._connection = connection
        self._connecting = asyncio.create_task(connection.connect(timeout=CONNECT_SECONDS))
        self._publishing: AbstractChannel | None = None
        self._opening = asyncio.Lock()

    @classmethod
    @asynccontextmanager
    async def open(cls, url: str, names: Names) -> AsyncIterator["Link"]:
        """At once, whether or not the server is there: what needs it waits for it."""
        connection = RobustConnection(make_url(url, fail_fast=0, reconnect_interval=RECONNECT_SECONDS))
        link = cls(connection, names)
        try:
            yield link
        finally:
            link._connecting.cancel()
            await asyncio.wait({link._connecting})
            await connection.close()

    @property
    def is_up(self) -> bool:
        return self._connection.connected.is_set()

    async def channel(self) -> AbstractChannel:
        """A channel of the caller's own, as soon as there is a connection. It outlives the connection.

        With confirms, and raising when a message finds no queue at all.
        """
        await asyncio.shield(self._connecting)
        await self._connection.ready()
        return await self._connection.channel(on_return_raises=True)

    async def publish(self, messages: Iterable[tuple[str, Message]]) -> None:
        """To the exchange, each message to its topic. Raises unless the server has confirmed them all."""
        with unbroken():
            async with asyncio.timeout(PUBLISH_SECONDS):
                channel = await self._publishing_channel()
                exchange = await channel.get_exchange(self.names.exchange, ensure=False)
                await _publish_all(exchange, messages)

    async def send(self, queue: str, messages: Iterable[Message]) -> None:
        """The same, straight into a queue."""
        with unbroken():
            async with asyncio.timeout(PUBLISH_SECONDS):
                channel = await self._publishing_channel()
                await _publish_all(channel.default_exchange, ((queue, message) for message in messages))

    async def check(self) -> None:
        """A round trip to the server."""
        with unbroken():
            channel = await self.channel()
            await channel.close()

    async def _publishing_channel(self) -> AbstractChannel:
        async with self._opening:
            if self._publishing is None or (self._publishing.is_closed and self.is_up):
                channel = await self.channel()
                await declare_exchange(channel, self.names)
                self._publishing = channel
        return self._publishing


async def _publish_all(exchange: AbstractExchange, messages: Iterable[tuple[str, Message]]) -> None:
    publications = [exchange.publish(message, routing_key, mandatory=True) for routing_key, message in messages]
    for outcome in await asyncio.gather(*publications, return_exceptions=True):
        if isinstance(outcome, BaseException):
            raise ConnectionError("the server has not confirmed everything") from outcome
