"""kill -9 while sessions are being approved: what was answered stays, what was not is all or nothing."""

import asyncio
import random
from collections.abc import Sequence

import pytest

from tests.system.books import assert_nothing_lost_or_doubled
from tests.system.conftest import Running
from tests.system.desk import Desk, Unanswered, at_desk
from tests.system.product import Product
from tests.system.term import begin_term, this_month

SEED = 20261112
KILLS = 3
FAMILIES = 6
SESSIONS_EACH = 15
BATCH = 10

STATUSES = "query { sessions(first: 100) { nodes { id status } } }"


@pytest.mark.restarts
async def test_every_session_is_deducted_once(running: Running) -> None:
    chance = random.Random(SEED)  # noqa: S311 - chance that can be repeated is the point
    month = this_month().plus(-1)
    async with running(NIVAA_FREEZE="none") as product, at_desk(product.gateway) as desk:
        term = await begin_term(desk, FAMILIES, chance)
        sessions = await term.log_month(desk, month, ordinary_sessions=SESSIONS_EACH - 1)
        chance.shuffle(sessions)
        waves = [sessions[number::KILLS] for number in range(KILLS)]
        for wave in waves:
            answered = await killed_while_approving(product, desk, wave, after=chance.randint(2, len(wave) // 3))
            await product.start()
            assert answered <= await approved_ids(desk)
            await desk.approve_all(wave)
        cycle = await desk.run(str(month))
        assert cycle["sessionsCounted"] == len(sessions)
        await desk.until_rendered(str(month))
        books = await assert_nothing_lost_or_doubled(desk)
        assert len(books.approved) == len(sessions)


async def killed_while_approving(product: Product, desk: Desk, wave: Sequence[str], after: int) -> set[str]:
    """Approves some by themselves and the rest in batches, all at once; kills after so many answers.

    Gives the sessions that were answered for.
    """
    alone, together = wave[: len(wave) // 2], wave[len(wave) // 2 :]
    batches = [[session] for session in alone]
    batches += [list(together[start : start + BATCH]) for start in range(0, len(together), BATCH)]
    answered: set[str] = set()

    async def approve(batch: list[str]) -> None:
        try:
            await desk.approve_all(batch)
        except Unanswered:
            return
        answered.update(batch)
        if len(answered) >= after:
            product.kill()

    await asyncio.gather(*(approve(batch) for batch in batches))
    assert answered
    return answered


async def approved_ids(desk: Desk) -> set[str]:
    sessions = (await desk.ask(STATUSES))["sessions"]["nodes"]
    return {session["id"] for session in sessions if session["status"] == "APPROVED"}
