"""A busy month, by seed: who buys and learns what, how it is gone through, and what must come of it."""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from enum import Enum, auto
from typing import Any, TypeVar

from shared.period import Month
from tests.asking import Refused
from tests.system.desk import Desk, Unanswered, until
from tests.system.term import KOLKATA

PACKAGE_SIZES = (4, 6, 10)
ORDINARY_SESSIONS = 5
"""Of each child, so that one package is too small, one runs low, and one does not."""
PRICE, PACKAGE_DISCOUNT, SIBLING_DISCOUNT = Decimal(500), Decimal("0.10"), Decimal("0.05")
RATE, ADDON_RATE = Decimal(300), Decimal(350)
TUTORS = 8
AT_ONCE = 8
BATCH = 20
RETRY_SECONDS = 0.2
POLL_SECONDS = 0.3
PATIENCE_SECONDS = 240

T = TypeVar("T")


class Stage(Enum):
    """How far the month has come."""

    APPROVING = auto()
    CLOSING = auto()
    RENDERING = auto()


Meanwhile = Callable[[Stage], Coroutine[Any, Any, None]]


@dataclass(frozen=True)
class Family:
    """Its package, its five sessions and one add-on; what it owes for them and what is left."""

    parent: str
    name: str
    package: int
    sessions: Sequence[str]

    @property
    def overages(self) -> int:
        return max(0, ORDINARY_SESSIONS - self.package)

    @property
    def used(self) -> int:
        return ORDINARY_SESSIONS - self.overages

    @property
    def is_low(self) -> bool:
        return (self.package - self.used) * 5 < self.package

    @property
    def charges(self) -> Counter[tuple[str, Decimal]]:
        """Lines of its invoice: kind and amount, and how many there are."""
        bought = self.package * PRICE * (1 - PACKAGE_DISCOUNT)
        lines = {
            ("PACKAGE_PURCHASE", bought): 1,
            ("ADDON_SESSION", PRICE): 1,
            ("OVERAGE_SESSION", PRICE): self.overages,
        }
        return Counter({line: number for line, number in lines.items() if number})

    @property
    def subtotal(self) -> Decimal:
        return sum((amount for _, amount in self.charges.elements()), Decimal())

    @property
    def total(self) -> Decimal:
        return self.subtotal * (1 - SIBLING_DISCOUNT)


@dataclass(frozen=True)
class BusyMonth:
    month: Month
    families: Sequence[Family]
    seed: int

    @property
    def sessions(self) -> list[str]:
        return [session for family in self.families for session in family.sessions]

    async def go_through(self, desk: Desk, meanwhile: Meanwhile) -> None:
        """Approves all its sessions, closes it and waits for its invoices, whatever happens `meanwhile`, which is told
        once of each stage."""
        async with asyncio.TaskGroup() as group:
            await self._approve(desk, lambda: group.create_task(meanwhile(Stage.APPROVING)))
            group.create_task(meanwhile(Stage.CLOSING))
            month = str(self.month)
            await persistently(lambda: desk.run(month, early=True, idempotencyKey=f"run {month}"))
            await until(self._is_rendered(desk, some=True), POLL_SECONDS, PATIENCE_SECONDS)
            group.create_task(meanwhile(Stage.RENDERING))
        await until(self._is_rendered(desk, some=False), POLL_SECONDS, PATIENCE_SECONDS)

    async def _approve(self, desk: Desk, a_third_is_done: Callable[[], object]) -> None:
        sessions = self.sessions
        random.Random(self.seed).shuffle(sessions)  # noqa: S311 - no secret
        batches = [sessions[start : start + BATCH] for start in range(0, len(sessions), BATCH)]
        third = len(batches) // 3

        async def approve(batch: list[str]) -> None:
            await persistently(lambda: desk.approve_all(batch))

        await at_most(AT_ONCE, (approve(batch) for batch in batches[:third]))
        a_third_is_done()
        await at_most(AT_ONCE, (approve(batch) for batch in batches[third:]))

    def _is_rendered(self, desk: Desk, *, some: bool) -> Callable[[], Awaitable[bool]]:
        """Whether some of the documents are there, or all of them."""
        query = "query ($month: Month!) { billingCycle(month: $month) { documents { rendered failed } } }"

        async def is_rendered() -> bool:
            data = await persistently(lambda: desk.ask(query, month=str(self.month)))
            documents = data["billingCycle"]["documents"]
            assert documents["failed"] == 0
            return bool(documents["rendered"] >= (1 if some else len(self.families)))

        return is_rendered


async def arrange(desk: Desk, month: Month, families: int, seed: int) -> BusyMonth:
    """Everybody is there, has bought and is taught; nothing is approved yet."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    tutors = [await desk.make("createTutor", name=f"Tutor {number}") for number in range(TUTORS)]
    for tutor in tutors:
        await desk.set_rate(tutor, str(RATE), "2020-01-01", addon=str(ADDON_RATE))
    packages = [chance.choice(PACKAGE_SIZES) for _ in range(families)]
    taught_by = [chance.choice(tutors) for _ in range(families)]

    async def move_in(number: int) -> Family:
        name = f"Family {number:03}"
        parent = await desk.make("createParent", name=name)
        child = await desk.make("createChild", parentId=parent, name=f"Child {number:03}")
        await desk.sell(parent, packages[number], str(PRICE), discount={"percent": str(100 * PACKAGE_DISCOUNT)})
        await desk.add_discount(parent, str(100 * SIBLING_DISCOUNT), "2020-01-01")
        starts = [month.starts_at(KOLKATA) + timedelta(days=day, hours=10) for day in range(ORDINARY_SESSIONS + 1)]
        sessions = [
            await desk.log(child, taught_by[number], start, billedAsAddon=day == 0) for day, start in enumerate(starts)
        ]
        return Family(parent, name, packages[number], sessions)

    moved_in = await at_most(AT_ONCE, (move_in(number) for number in range(families)))
    return BusyMonth(month, moved_in, seed)


async def persistently(ask: Callable[[], Awaitable[T]]) -> T:
    """Asks again as long as somebody is not there to answer: with the same words, so that it is done once."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            try:
                return await ask()
            except (Unanswered, TimeoutError):
                await asyncio.sleep(RETRY_SECONDS)
            except Refused as refused:
                if refused.code not in {"INTERNAL", "CYCLE_IN_PROGRESS"}:
                    raise
                await asyncio.sleep(RETRY_SECONDS)


async def at_most(number: int, work: Iterable[Awaitable[T]]) -> list[T]:
    """The results of all of it, so many at a time."""
    places = asyncio.Semaphore(number)

    async def in_turn(one: Awaitable[T]) -> T:
        async with places:
            return await one

    return await asyncio.gather(*map(in_turn, work))
