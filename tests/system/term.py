"""A term of teaching: families with packages, tutors with rates, and sessions over some months, by seed."""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from shared.period import Month, local_date
from tests.system.desk import Desk

KOLKATA = ZoneInfo("Asia/Kolkata")
TUTORS = 3
PACKAGE_SIZES = (4, 6, 10)


def this_month() -> Month:
    """The month that runs in the organisation's time zone."""
    return Month.of(local_date(datetime.now(UTC), KOLKATA))


@dataclass(frozen=True)
class Term:
    """Who learns from whom: children, each of a family of its own, and tutors."""

    children: Sequence[str]
    tutors: Sequence[str]

    async def log_month(self, desk: Desk, month: Month, ordinary_sessions: int) -> list[str]:
        """Logs sessions of every child, and an add-on of each, so that every family owes something; gives their ids."""
        starts = [month.starts_at(KOLKATA) + timedelta(days=day, hours=10) for day in range(ordinary_sessions + 1)]
        return await asyncio.gather(
            *(
                desk.log(child, self.tutors[(place + day) % len(self.tutors)], start, billedAsAddon=day == 0)
                for place, child in enumerate(self.children)
                for day, start in enumerate(starts)
            )
        )


async def begin_term(desk: Desk, families: int, chance: random.Random) -> Term:
    """Every family buys a package today, of a size that may or may not last."""
    tutors = [await desk.make("createTutor", name=f"Tutor {number}") for number in range(TUTORS)]
    for tutor in tutors:
        await desk.set_rate(tutor, "300", "2020-01-01", addon="350")
    parents = [await desk.make("createParent", name=f"Family {number}") for number in range(families)]
    for parent in parents:
        await desk.sell(parent, chance.choice(PACKAGE_SIZES), "500", discount={"percent": "10"})
        await desk.add_discount(parent, "5", "2020-01-01")
    children = [await desk.make("createChild", parentId=parent, name=f"Child of {parent[-4:]}") for parent in parents]
    return Term(children, tutors)
