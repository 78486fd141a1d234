"""One queue's events, taken in micro-batches and acknowledged together once they took effect."""

import asyncio
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass

import msgspec
import structlog
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage, AbstractQueue
from aio_pika.exceptions import CONNECTION_EXCEPTIONS

from shared.messaging.broker import DeadLetter, Deliver
from shared.messaging.delivery import deliver_all
from shared.messaging.envelope import Event
from shared.messaging.rabbitmq.dead_letters import put_aside
from shared.messaging.rabbitmq.link import Link, unbroken
from shared.messaging.rabbitmq.topology import declare_queue
from shared.messaging.rabbitmq.unclaimed import claim
from shared.messaging.rabbitmq.wire import events_of, unreadable

log = structlog.get_logger()

BATCH_MESSAGES = 200
BATCH_EVENTS = 1_000
LINGER_SECONDS = 0.02
RETRY_SECONDS = 1.0
OPEN_SECONDS = 5.0
DRAIN_SECONDS = 10.0
HOLD_SECONDS = 600.0
"""Longer than anything takes but a subscriber that is out of order, and shorter than the half hour after which the
server takes messages back by itself, again and again, and at last gives them up."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A message, and what is in it: events, or the letter of one that cannot be read."""

    message: AbstractIncomingMessage
    events: Sequence[Event]
    letters: Sequence[DeadLetter]


class Subscription:
    def __init__(self, link: Link, queue: str, topics: Collection[str], deliver: Deliver) -> None:
        self.queue = queue
        self._link = link
        self._topics = topics
        self._deliver = deliver
        self._arrivals: asyncio.Queue[Arrival] = asyncio.Queue()
        self._consuming: tuple[AbstractQueue, str] | None = None
        self._letting_go: asyncio.Task[None] | None = None
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def is_consuming(self) -> bool:
        return self._consuming is not None

    async def start(self) -> None:
        """Returns when events can arrive or, while the server is not there, after OPEN_SECONDS: it goes on trying."""
        opening = asyncio.create_task(self._keep_opening())
        self._tasks = [opening, asyncio.create_task(self._work())]
        await asyncio.wait({opening}, timeout=OPEN_SECONDS)

    async def stop(self) -> None:
        """Takes no more, and finishes what has arrived: handing it back would count as a delivery that failed."""
        opening, working = self._tasks
        opening.cancel()
        with suppress(TimeoutError, *CONNECTION_EXCEPTIONS):
            async with asyncio.timeout(DRAIN_SECONDS):
                await self._cancel()
                await self._arrivals.join()
        working.cancel()
        await asyncio.wait(self._tasks)

    async def _cancel(self) -> None:
        if self._consuming is not None and self._link.is_up:
            queue, tag = self._consuming
            with unbroken():
                await queue.cancel(tag)

    async def _keep_opening(self) -> None:
        while True:
            try:
                with unbroken():
                    if self._consuming is None:
                        await self._open(await self._link.channel())
                    return await claim(self._link, self._topics)
            except CONNECTION_EXCEPTIONS as error:
                log.warning("cannot subscribe", queue=self.queue, error=repr(error))
            await asyncio.sleep(RETRY_SECONDS)

    async def _open(self, channel: AbstractChannel) -> None:
        try:
            await channel.set_qos(prefetch_count=BATCH_MESSAGES)
            queue = await declare_queue(channel, self._link.names, self.queue, self._topics)
            self._consuming = queue, await queue.consume(self._arrive)
        except BaseException:
            with suppress(*CONNECTION_EXCEPTIONS):
                await channel.close()
            raise

    async def _arrive(self, message: AbstractIncomingMessage) -> None:
        try:
            arrival = Arrival(message, events_of(message), ())
        except msgspec.DecodeError as error:
            arrival = Arrival(message, (), [unreadable(message, self.queue, error)])
        self._arrivals.put_nowait(arrival)

    async def _work(self) -> None:
        while True:
            batch = await self._next_batch()
            held_too_long = asyncio.get_running_loop().call_later(HOLD_SECONDS, self._let_go)
            try:
                with unbroken():
                    await self._take(batch)
            except Exception as error:  # noqa: BLE001 - whatever went wrong, the messages are delivered again
                log.warning("messages go back", queue=self.queue, messages=len(batch), error=repr(error))
                await self._give_back(batch)
            finally:
                held_too_long.cancel()
                for _ in batch:
                    self._arrivals.task_done()
            if self._letting_go is not None:
                await self._take_up_again(self._letting_go)

    async def _next_batch(self) -> list[Arrival]:
        """What has arrived, and what arrives within LINGER_SECONDS, in the order of arrival."""
        batch = [await self._arrivals.get()]
        size = len(batch[0].events)
        with suppress(TimeoutError):
            async with asyncio.timeout(LINGER_SECONDS):
                while len(batch) < BATCH_MESSAGES and size < BATCH_EVENTS:
                    batch.append(await self._arrivals.get())
                    size += len(batch[-1].events)
        return batch

    async def _take(self, batch: Sequence[Arrival]) -> None:
        if letters := [letter for arrival in batch for letter in arrival.letters]:
            await put_aside(self._link, letters)
        if events := [event for arrival in batch for event in arrival.events]:
            await deliver_all(self.queue, events, self._deliver, lambda dead: put_aside(self._link, dead))
        # Of messages from before a reconnection the server knows nothing any more: it delivers them again.
        await batch[-1].message.ack(multiple=True)

    def _let_go(self) -> None:
        """Everything in hand goes back to the server, where another process may find it."""
        log.warning("messages wait at the server", queue=self.queue)
        if self._consuming is not None:
            queue, _ = self._consuming
            self._consuming = None
            self._letting_go = asyncio.create_task(_closed(queue))

    async def _take_up_again(self, letting_go: asyncio.Task[None]) -> None:
        """The batch that was held has been delivered at last."""
        await letting_go
        self._letting_go = None
        while not self._arrivals.empty():
            self._arrivals.get_nowait()
            self._arrivals.task_done()
        await self._keep_opening()

    async def _give_back(self, batch: Sequence[Arrival]) -> None:
        await asyncio.sleep(RETRY_SECONDS)
        with suppress(*CONNECTION_EXCEPTIONS), unbroken():
            await batch[-1].message.nack(multiple=True, requeue=True)


async def _closed(queue: AbstractQueue) -> None:
    with suppress(*CONNECTION_EXCEPTIONS):
        await queue.channel.close()
