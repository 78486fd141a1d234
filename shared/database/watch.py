"""Noticing what has changed in a service's database, whichever of its processes changed it.

One reader looks for all who listen to a subject, and only while somebody does: at once after a commit of this
process, and within BACKSTOP_SECONDS after one of another. Listeners take what it finds at their own pace, from a
bounded queue.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Hashable, Sequence
from contextlib import suppress
from typing import Generic, TypeVar
from weakref import WeakSet

import structlog

from shared.errors import NivaaError, TooSlow, UpstreamUnavailable

BACKSTOP_SECONDS = 0.5
REST_PER_READ = 9
"""A reader rests that many times as long as it has read: what is dear to read is read less often, and takes a tenth of
a connection at most."""
MOST_WAITING = 10_000
"""For each listener. They share the changes themselves, so what waits costs little."""

Subject = TypeVar("Subject", bound=Hashable)
Change = TypeVar("Change")

Read = Callable[[], Awaitable[Sequence[Change]]]
"""What has changed since it was called last. The first call only finds out where things stand; it gives nothing that
was there before."""

log = structlog.get_logger()


class Listener(Generic[Change]):
    """One of those who listen, and what it has yet to take. `only_latest`: a change replaces those that still wait."""

    def __init__(self, listeners: "WeakSet[Listener[Change]]", *, only_latest: bool) -> None:
        self._listeners = listeners
        listeners.add(self)
        self._waiting: deque[Change] = deque(maxlen=1 if only_latest else None)
        self._arrived = asyncio.Event()
        self._end: NivaaError | None = None

    async def next(self) -> Change:
        """Raises TooSlow when more has come than can wait, UpstreamUnavailable when the service stops."""
        while not self._waiting:
            if self._end:
                raise self._end
            self._arrived.clear()
            await self._arrived.wait()
        return self._waiting.popleft()

    def tell(self, changes: Sequence[Change]) -> None:
        if self._end is not None:
            return
        self._waiting.extend(changes)
        if len(self._waiting) > MOST_WAITING:
            self.end(TooSlow("more has changed than was taken; look at how things stand, then subscribe again"))
        self._arrived.set()

    def leave(self) -> None:
        """Nothing more is kept for it. A listener that is dropped without this leaves when it is collected."""
        self._listeners.discard(self)

    def forget(self) -> None:
        """Nothing that has come so far is for this listener."""
        self._waiting.clear()

    def end(self, reason: NivaaError) -> None:
        """Nothing more comes, and what waits is not worth taking."""
        self._waiting.clear()
        self._end = reason
        self._arrived.set()


class _Watched(Generic[Change]):
    """One subject: its reader, and who listens. A listener that is dropped is forgotten."""

    def __init__(self, read: Read[Change]) -> None:
        self.read = read
        self.listeners: WeakSet[Listener[Change]] = WeakSet()
        self.reading = asyncio.Lock()

    async def look(self) -> None:
        """Call it holding `reading`."""
        changes = await self.read()
        for listener in self.listeners:
            listener.tell(changes)


class Watch(Generic[Subject, Change]):
    """`open_reader` makes a subject's reader when somebody begins to listen; this process's commits set `woken`."""

    def __init__(
        self,
        open_reader: Callable[[Subject], Read[Change]],
        woken: asyncio.Event,
        stopping: asyncio.Event,
        *,
        only_latest: bool = False,
    ) -> None:
        self._open_reader = open_reader
        self._woken = woken
        self._stopping = stopping
        self._only_latest = only_latest
        self._watched: dict[Subject, _Watched[Change]] = {}

    async def listen(self, subject: Subject) -> Listener[Change]:
        """Hears of every change that is committed after this returns, of none that was committed before it began."""
        watched = self._watched.setdefault(subject, _Watched(self._open_reader(subject)))
        listener = Listener(watched.listeners, only_latest=self._only_latest)
        async with watched.reading:
            await watched.look()
            listener.forget()
        self._woken.set()
        return listener

    async def run(self) -> None:
        """A job of the service: until cancelled."""
        while True:
            self._woken.clear()
            took = await self._look_at_all()
            await asyncio.sleep(took * REST_PER_READ)
            with suppress(TimeoutError):
                async with asyncio.timeout(BACKSTOP_SECONDS if self._watched else None):
                    await self._woken.wait()

    async def _look_at_all(self) -> float:
        """The seconds it took."""
        began = asyncio.get_running_loop().time()
        for subject, watched in list(self._watched.items()):
            async with watched.reading:
                await self._look_at(subject, watched)
        return asyncio.get_running_loop().time() - began

    async def _look_at(self, subject: Subject, watched: _Watched[Change]) -> None:
        if not watched.listeners:
            del self._watched[subject]
        elif self._stopping.is_set():
            for listener in watched.listeners:
                listener.end(UpstreamUnavailable("the service is stopping; subscribe again"))
        else:
            try:
                await watched.look()
            except Exception as error:  # noqa: BLE001 - the next look finds what this one missed
                log.warning("watch failed", subject=str(subject), error=repr(error))
