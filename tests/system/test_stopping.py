"""Ctrl-C, and starting again."""

import asyncio

import pytest

from tests.system.conftest import Running
from tests.system.desk import Desk, Unanswered, at_desk
from tests.system.product import Product

PARENTS = "{ parents(first: 100) { nodes { id name } } }"
FAMILIES = 30
QUICK_CPU_SECONDS = 8
"""Of each process. What imports cost, and far below what loading or rendering anything again would."""


@pytest.mark.restarts
async def test_ctrl_c_ends_it_well_and_a_second_start_is_quick_and_changes_nothing(running: Running) -> None:
    async with running() as product, at_desk(product.gateway) as desk:
        await desk.make("createParent", name="Asha Rao")
        before = await desk.ask(PARENTS)
        assert await product.stop() == [0] * len(product.servers)

        await product.start()
        assert product.cpu_seconds() < QUICK_CPU_SECONDS * len(product.servers)
        assert await desk.ask(PARENTS) == before

        under_way = asyncio.Event()
        made, statuses = await asyncio.gather(families_made(desk, under_way), stopped_while(under_way, product))
        assert statuses == [0] * len(product.servers)
        assert "Traceback" not in product.printed()

        await product.start()
        kept = {parent["id"] for parent in (await desk.ask(PARENTS))["parents"]["nodes"]}
        assert made <= kept


async def families_made(desk: Desk, under_way: asyncio.Event) -> set[str]:
    """Asks for many at once, and gives those that were answered for; under way from the first answer on."""

    async def make(number: int) -> str:
        family = await desk.make("createParent", name=f"Family {number}")
        under_way.set()
        return family

    answers = await asyncio.gather(*map(make, range(FAMILIES)), return_exceptions=True)
    assert [answer for answer in answers if not isinstance(answer, str | Unanswered)] == []
    return {answer for answer in answers if isinstance(answer, str)}


async def stopped_while(under_way: asyncio.Event, product: Product) -> list[int]:
    await under_way.wait()
    return await product.stop()
