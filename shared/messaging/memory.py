"""The broker of one process: publishing is delivering, and the outbox row is the durable copy until it returns."""

import asyncio
import contextvars
import os
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import msgspec

from shared.messaging.broker import DeadLetter, Deliver
from shared.messaging.delivery import deliver_all
from shared.messaging.envelope import Event, packed


@dataclass(frozen=True, slots=True)
class Subscription:
    queue: str
    topics: frozenset[str]
    deliver: Deliver


class MemoryBroker:
    """Subscriptions live in memory; dead letters are files, one each, in a folder a queue."""

    def __init__(self, dead_letters: Path) -> None:
        self._folder = dead_letters
        self._subscriptions: list[Subscription] = []

    async def publish(self, events: Sequence[Event]) -> None:
        async with asyncio.TaskGroup() as queues:
            for subscription in self._subscriptions:
                wanted = [event for event in events if event.topic in subscription.topics]
                if wanted:
                    # An empty context: the subscriber is another service and must not see the publisher's database.
                    queues.create_task(self._deliver(subscription, wanted), context=contextvars.Context())

    async def _deliver(self, subscription: Subscription, events: Sequence[Event]) -> None:
        put_aside = partial(self._put_aside, subscription.queue)
        for pack in packed(events):
            await deliver_all(subscription.queue, pack, subscription.deliver, put_aside)

    async def subscribe(self, queue: str, topics: Collection[str], deliver: Deliver) -> None:
        self._subscriptions.append(Subscription(queue, frozenset(topics), deliver))

    async def dead_letters(self, queue: str | None = None) -> list[DeadLetter]:
        return await asyncio.to_thread(lambda: list(self._read(queue)))

    async def replay(self, letter: DeadLetter) -> None:
        for subscription in self._subscriptions:
            if subscription.queue == letter.queue:
                await subscription.deliver([letter.event])
        await asyncio.to_thread(self._path(letter.queue, letter.event).unlink, missing_ok=True)

    async def check(self) -> None:
        """A process always reaches itself."""

    async def _put_aside(self, queue: str, event: Event, reason: str) -> None:
        letter = DeadLetter(queue, event, reason, datetime.now(UTC))
        await asyncio.to_thread(_write_durably, self._path(queue, event), msgspec.json.encode(letter))

    def _read(self, queue: str | None) -> Iterator[DeadLetter]:
        for path in sorted(self._folder.glob(f"{queue or '*'}/*.json"), key=lambda p: p.name):
            yield msgspec.json.decode(path.read_bytes(), type=DeadLetter)

    def _path(self, queue: str, event: Event) -> Path:
        return self._folder / queue / f"{event.id}.json"


def _write_durably(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".draft")
    with draft.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
