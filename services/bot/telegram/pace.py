"""How fast Telegram takes messages: so many a second over all chats, and fewer in one chat.

A message counts from the moment when it is begun until a second after it was answered. However long it was on its way,
Telegram sees no more of them in any second than are allowed. They are begun one after another, evenly over the second:
so few are on the wire at a time, and few are in doubt when a process dies.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

PERIOD_SECONDS = 1.0
CHATS_REMEMBERED = 1_000


@dataclass(slots=True)
class _Chat:
    one_at_a_time: asyncio.Lock = field(default_factory=asyncio.Lock)
    free_at: float = 0.0


class Pace:
    """`turn` waits; what is in its block is the sending of one message."""

    def __init__(self, a_second: int, a_second_in_a_chat: float) -> None:
        self._pause_in_a_chat = PERIOD_SECONDS / a_second_in_a_chat
        self._free_at: deque[float] = deque([0.0] * a_second)
        self._gap = PERIOD_SECONDS / a_second
        self._next_at = 0.0
        self._freed = asyncio.Event()
        self._line = asyncio.Lock()
        self._next = asyncio.Lock()
        self._rest_until = 0.0
        self._chats: dict[int, _Chat] = {}

    @asynccontextmanager
    async def turn(self, chat_id: int, *, patient: bool = False) -> AsyncIterator[None]:
        """In the order of asking, but those who are patient let all others go first."""
        chat = self._chat(chat_id)
        async with chat.one_at_a_time:
            await _sleep_until(lambda: chat.free_at)
            await self._patiently() if patient else await self._begin()
            try:
                yield
            finally:
                now = asyncio.get_running_loop().time()
                chat.free_at = now + self._pause_in_a_chat
                self._free_at.append(now + PERIOD_SECONDS)
                self._freed.set()

    def rest(self, seconds: float) -> None:
        """Nothing more is begun for so long."""
        self._rest_until = max(self._rest_until, asyncio.get_running_loop().time() + seconds)

    async def _patiently(self) -> None:
        """One of the patient stands in line with the others at a time."""
        async with self._line:
            await self._begin()

    async def _begin(self) -> None:
        async with self._next:
            while not self._free_at:
                self._freed.clear()
                await self._freed.wait()
            await _sleep_until(lambda: max(self._free_at[0], self._rest_until, self._next_at))
            self._free_at.popleft()
            # Whoever was woken late is made up for, by one message at most.
            self._next_at = max(self._next_at, asyncio.get_running_loop().time() - self._gap) + self._gap

    def _chat(self, chat_id: int) -> _Chat:
        if len(self._chats) > CHATS_REMEMBERED:
            now = asyncio.get_running_loop().time()
            paced = {
                key: chat for key, chat in self._chats.items() if chat.one_at_a_time.locked() or chat.free_at > now
            }
            self._chats = paced
        return self._chats.setdefault(chat_id, _Chat())


async def _sleep_until(moment: Callable[[], float]) -> None:
    """The moment may move away meanwhile."""
    loop = asyncio.get_running_loop()
    wait = moment() - loop.time()
    while wait > 0:
        await asyncio.sleep(wait)
        wait = moment() - loop.time()
