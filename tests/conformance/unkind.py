"""A broker that is as unkind as its promises let it be: it duplicates, reorders, delays and crashes, by seed.

In process, `opening(seed)` stands where `open_broker` does. Before a process of its own:

    python -m tests.conformance.unkind SEED MODULE ARGUMENT...
"""

import asyncio
import runpy
import sys
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from random import Random
from uuid import UUID

from shared.messaging.broker import Broker, DeadLetter, Deliver
from shared.messaging.envelope import Event
from shared.messaging.opening import open_broker
from shared.runtime import host

LONGEST_DELAY_SECONDS = 0.02
CRASHES = 0.25
MOST_CRASHES = 2
"""Of one event's deliveries, so that unkindness alone makes no dead letters."""


class Crash(Exception):
    """What a process that died would not have lived to say."""


class UnkindBroker:
    """Stands before a kind one. `did` counts what it did."""

    def __init__(self, kind: Broker, seed: int) -> None:
        self._kind = kind
        self._chance = Random(seed)  # noqa: S311 - no secret
        self._crashes: Counter[UUID] = Counter()
        self.did: Counter[str] = Counter()

    async def publish(self, events: Sequence[Event]) -> None:
        """In some order and in parts, some of them twice; now and then the confirmation is lost after some parts."""
        shuffled = self._unordered(events)
        middle = self._chance.randint(0, len(shuffled))
        for part in (shuffled[:middle], shuffled[middle:]):
            if part:
                await self._delay()
                await self._kind.publish(part)
                if self._chance.random() < CRASHES:
                    self.did["lost a confirmation"] += 1
                    raise Crash("after publishing")

    async def subscribe(self, queue: str, topics: Collection[str], deliver: Deliver) -> None:
        remembered: deque[Event] = deque(maxlen=100)

        async def deliver_unkindly(events: Sequence[Event]) -> None:
            if events:
                await self._deliver(events, remembered, deliver)
            else:
                await deliver(events)

        await self._kind.subscribe(queue, topics, deliver_unkindly)

    async def _deliver(self, events: Sequence[Event], remembered: deque[Event], deliver: Deliver) -> None:
        await self._delay()
        self._maybe_crash(events, "died before a delivery")
        again = self._chance.sample(list(remembered), k=min(len(remembered), self._chance.randint(0, 3)))
        self.did["delivered long ago"] += len(again)
        await deliver(self._unordered([*events, *again]))
        remembered.extend(events)
        self._maybe_crash(events, "died after a delivery")

    def _unordered(self, events: Sequence[Event]) -> list[Event]:
        twice = [event for event in events if self._chance.random() < 0.2]
        self.did["duplicated"] += len(twice)
        return self._chance.sample([*events, *twice], k=len(events) + len(twice))

    def _maybe_crash(self, events: Sequence[Event], how: str) -> None:
        may = all(self._crashes[event.id] < MOST_CRASHES for event in events)
        if may and self._chance.random() < CRASHES:
            self._crashes.update(event.id for event in events)
            self.did[how] += 1
            raise Crash(how)

    async def _delay(self) -> None:
        await asyncio.sleep(self._chance.uniform(0, LONGEST_DELAY_SECONDS))

    async def stop(self) -> None:
        await self._kind.stop()

    async def dead_letters(self, queue: str) -> list[DeadLetter]:
        return await self._kind.dead_letters(queue)

    async def replay(self, letters: Collection[DeadLetter]) -> None:
        await self._kind.replay(letters)

    async def check(self) -> None:
        await self._kind.check()


def opening(seed: int) -> Callable[[str, Path], AbstractAsyncContextManager[UnkindBroker]]:
    """As `open_broker`, with an unkind broker before the one that the URL names."""

    @asynccontextmanager
    async def open_unkind(url: str, dead_letters: Path) -> AsyncIterator[UnkindBroker]:
        async with open_broker(url, dead_letters) as kind:
            yield UnkindBroker(kind, seed)

    return open_unkind


if __name__ == "__main__":
    seed, module = sys.argv[1:3]
    vars(host)["open_broker"] = opening(int(seed))
    sys.argv = sys.argv[2:]
    runpy.run_module(module, run_name="__main__", alter_sys=True)
