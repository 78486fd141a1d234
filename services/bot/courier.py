"""Brings what is due to Telegram for as long as this process has the turn.

Of each person's deliveries one is under way at a time, so they arrive in their order; the pace is Telegram's client's.
While Telegram is out of reach one at a time is tried, ever more rarely.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Protocol

import structlog

from services.bot.domain.deliveries import Outcome, Refused, SlowDown, Unreachable, Withheld
from services.bot.domain.notices import NoticeKind
from services.bot.ending import end
from services.bot.turn import Turn, rest
from services.bot.use_cases.settle_deliveries import (
    DueDelivery,
    give_up_overdue,
    mark_on_the_wire,
    next_deliveries,
    settle_doubts,
    write_down,
)
from shared.database.outage import is_out_of_reach
from shared.messaging.work import Work

log = structlog.get_logger()

MOST_UNDER_WAY = 100
BACKSTOP_SECONDS = 0.5
"""For what becomes due by time, or was noted by another process."""
TIDY_SECONDS = 1.0
FAILURES_THAT_MEAN_OUTAGE = 3
"""One after another, of whatever messages."""
LONGEST_OUTAGE_PAUSE_SECONDS = 30.0
WRITE_AGAIN_SECONDS = 0.5


class Send(Protocol):
    async def __call__(self, chat_id: int, text: str, *, announce: Callable[[], Awaitable[bool]]) -> Outcome:
        """Asks `announce` at the last moment whether it may go, and then sends it."""


@dataclass(frozen=True, kw_only=True)
class Round:
    """What a courier goes by. `held_back` are the kinds that are to wait at an instant."""

    word: Callable[[DueDelivery], str]
    held_back: Callable[[datetime], Collection[NoticeKind]]
    time_limit: timedelta


class Courier:
    """`due` is set when there is something new to deliver."""

    def __init__(self, work: Work, send: Send, going_by: Round, turn: Turn, due: asyncio.Event) -> None:
        self._work = work
        self._send = send
        self._round = going_by
        self._turn = turn
        self._due = due
        self._under_way: dict[str, asyncio.Task[None]] = {}
        self._on_the_wire: set[str] = set()
        self._failures = 0
        self._tidy_at = 0.0

    async def run(self) -> None:
        """Until cancelled. What is on the wire then is given a while to be answered."""
        try:
            while True:
                self._due.clear()
                if not await self._look():
                    await self._until_something_changes()
        finally:
            await self._come_home()

    async def _look(self) -> bool:
        """Whether there may be more to set out with. A database that is out of reach is asked again."""
        try:
            await self._tidy()
            return await self._set_out()
        except Exception as error:
            if not is_out_of_reach(error):
                raise
            log.warning("courier waits", error=repr(error))
            return False

    async def _tidy(self) -> None:
        now = asyncio.get_running_loop().time()
        if now >= self._tidy_at:
            await settle_doubts(self._work.database, self._turn)
            await give_up_overdue(self._work, self._round.time_limit)
            self._tidy_at = now + TIDY_SECONDS

    async def _set_out(self) -> bool:
        if not (room := self._room()):
            return False
        held_back = self._round.held_back(self._work.clock.now())
        found = await next_deliveries(self._work, held_back, self._under_way, room)
        for delivery in found:
            task = self._under_way[delivery.subject] = asyncio.create_task(self._deliver(delivery))
            task.add_done_callback(partial(self._is_back, delivery.subject))
        return len(found) == room

    def _room(self) -> int:
        """Half of it is filled at a time, so that few looks are needed."""
        if self._is_outage:
            return 0 if self._under_way else 1
        room = MOST_UNDER_WAY - len(self._under_way)
        return room if room >= MOST_UNDER_WAY // 2 else 0

    async def _until_something_changes(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(BACKSTOP_SECONDS):
                await self._due.wait()

    async def _deliver(self, delivery: DueDelivery) -> None:
        if self._is_outage:
            await asyncio.sleep(self._outage_pause_seconds)
        outcome = await self._attempt(delivery)
        self._learn(outcome)
        await self._write_down(delivery, outcome)

    def _is_back(self, subject: str, _: asyncio.Task[None]) -> None:
        self._on_the_wire.discard(subject)
        del self._under_way[subject]
        self._due.set()

    async def _attempt(self, delivery: DueDelivery) -> Outcome:
        try:
            text = self._round.word(delivery)
        except Exception as error:  # one fact that cannot be told must not be in all others' way
            log.exception("delivery cannot be worded", kind=delivery.kind, delivery=str(delivery.id))
            return Refused(f"it cannot be worded: {type(error).__name__}")

        async def announce() -> bool:
            self._on_the_wire.add(delivery.subject)
            return await mark_on_the_wire(self._work.database, self._turn, delivery, self._work.clock.now())

        return await self._send(delivery.chat_id, text, announce=announce)

    def _learn(self, outcome: Outcome) -> None:
        """Once Telegram is known to be out of reach, only who was sent alone to find out tells something new."""
        match outcome:
            case Withheld():
                return
            case Unreachable() if self._is_outage and len(self._under_way) > 1:
                return
            case Unreachable():
                self._failures += 1
                if self._failures == FAILURES_THAT_MEAN_OUTAGE:
                    self._call_back()
            case _:
                self._failures = 0

    @property
    def _is_outage(self) -> bool:
        return self._failures >= FAILURES_THAT_MEAN_OUTAGE

    @property
    def _outage_pause_seconds(self) -> float:
        doublings = min(self._failures - FAILURES_THAT_MEAN_OUTAGE, 10)
        return min(float(1 << doublings), LONGEST_OUTAGE_PAUSE_SECONDS)

    async def _write_down(self, delivery: DueDelivery, outcome: Outcome) -> None:
        """However long the database is out of reach: nobody else knows."""
        overdue_at = delivery.created_at + self._round.time_limit
        while True:
            try:
                if isinstance(outcome, SlowDown):
                    await rest(self._work.database, self._turn, datetime.now(UTC) + outcome.wait)
                return await write_down(self._work, self._turn, delivery, outcome, overdue_at)
            except Exception as error:  # noqa: BLE001 - tried until it is done
                log.warning("outcome not written down yet", delivery=str(delivery.id), error=repr(error))
                await asyncio.sleep(WRITE_AGAIN_SECONDS)

    def _call_back(self) -> None:
        """Those that are not on the wire: nothing is known of them but that they are due."""
        for subject, task in self._under_way.items():
            if subject not in self._on_the_wire and task is not asyncio.current_task():
                task.cancel()

    async def _come_home(self) -> None:
        self._call_back()
        await end(self._under_way.values())
