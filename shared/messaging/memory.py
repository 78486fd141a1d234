"""The broker of one process: publishing is delivering, and the outbox row is the durable copy until it returns."""

import asyncio
import contextvars
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec
import structlog

from shared.files.once import write_once
from shared.messaging.broker import DeadLetter, Deliver
from shared.messaging.delivery import deliver_all
from shared.messaging.envelope import Event, packed

log = structlog.get_logger()

REPLAYS_SECONDS = 1.0
"""How soon the process of a subscriber sees what another process asked to be replayed."""


@dataclass(frozen=True, slots=True)
class Subscription:
    queue: str
    topics: frozenset[str]
    deliver: Deliver


class MemoryBroker:
    """Subscriptions live in memory; dead letters are files, one each, in a folder a queue.

    To replay a letter is to rename it: the process that has the queue's subscriber, this one or another, delivers
    what it finds renamed.
    """

    def __init__(self, dead_letters: Path) -> None:
        self._folder = dead_letters
        self._subscriptions: list[Subscription] = []
        self._replays = asyncio.Event()
        self._stopped = False

    @classmethod
    @asynccontextmanager
    async def open(cls, dead_letters: Path) -> AsyncIterator["MemoryBroker"]:
        broker = cls(dead_letters)
        replaying = asyncio.create_task(broker._keep_replaying(), context=contextvars.Context())
        try:
            yield broker
        finally:
            replaying.cancel()
            await asyncio.wait({replaying})

    async def publish(self, events: Sequence[Event]) -> None:
        if self._stopped:
            raise ConnectionError("the broker has stopped")
        async with asyncio.TaskGroup() as queues:
            for subscription in self._subscriptions:
                wanted = [event for event in events if event.topic in subscription.topics]
                if wanted:
                    # An empty context: the subscriber is another service and must not see the publisher's database.
                    queues.create_task(self._deliver(subscription, wanted), context=contextvars.Context())

    async def _deliver(self, subscription: Subscription, events: Sequence[Event]) -> None:
        for pack in packed(events):
            await deliver_all(subscription.queue, pack, subscription.deliver, self._put_aside)

    async def subscribe(self, queue: str, topics: Collection[str], deliver: Deliver) -> None:
        self._subscriptions.append(Subscription(queue, frozenset(topics), deliver))

    async def stop(self) -> None:
        """Every delivery is part of a publication, which its relay ends."""
        self._stopped = True

    async def dead_letters(self, queue: str) -> list[DeadLetter]:
        return await asyncio.to_thread(lambda: [_read(path) for path in self._paths(queue, "json")])

    async def replay(self, letters: Collection[DeadLetter]) -> None:
        await asyncio.to_thread(self._mark, letters)
        self._replays.set()

    async def check(self) -> None:
        """A process always reaches itself."""

    async def _put_aside(self, letters: Sequence[DeadLetter]) -> None:
        for letter in letters:
            await asyncio.to_thread(write_once, self._path(letter), msgspec.json.encode(letter))

    async def _keep_replaying(self) -> None:
        while True:
            self._replays.clear()
            for subscription in [] if self._stopped else self._subscriptions:
                try:
                    await self._replay_to(subscription)
                except Exception as error:  # noqa: BLE001 - the letters are still there, and are tried again
                    log.warning("replay failed", queue=subscription.queue, error=repr(error))
            try:
                async with asyncio.timeout(REPLAYS_SECONDS):
                    await self._replays.wait()
            except TimeoutError:
                continue

    async def _replay_to(self, subscription: Subscription) -> None:
        for path in await asyncio.to_thread(self._taken, subscription.queue):
            letter = await asyncio.to_thread(_read, path)
            await deliver_all(subscription.queue, [letter.event], subscription.deliver, self._put_aside)
            await asyncio.to_thread(path.unlink)

    def _taken(self, queue: str) -> list[Path]:
        """What is to be replayed, under names that no second request to replay it uses; a crash leaves them."""
        for path in self._paths(queue, "replay"):
            path.replace(path.with_suffix(".taken"))
        return self._paths(queue, "taken")

    def _mark(self, letters: Collection[DeadLetter]) -> None:
        for path in map(self._path, letters):
            if path.exists():
                path.replace(path.with_suffix(".replay"))

    def _paths(self, queue: str, suffix: str) -> list[Path]:
        """The names are UUIDv7: in their order, the oldest event is first."""
        return sorted((self._folder / queue).glob(f"*.{suffix}"))

    def _path(self, letter: DeadLetter) -> Path:
        return self._folder / letter.queue / f"{letter.event.id}.json"


def _read(path: Path) -> DeadLetter:
    return msgspec.json.decode(path.read_bytes(), type=DeadLetter)
