"""Ctrl-C, and starting again."""

from tests.system.conftest import Running
from tests.system.desk import at_desk

PARENTS = "{ parents { nodes { id name } } }"


async def test_ctrl_c_ends_it_well_and_a_second_start_is_quick_and_changes_nothing(running: Running) -> None:
    async with running() as product:
        first_start = product.cpu_seconds()
        async with at_desk(product.gateway) as desk:
            await desk.make("createParent", name="Asha Rao")
            before = await desk.ask(PARENTS)
        assert await product.stop() == [0] * len(product.servers)

        await product.start()
        assert product.cpu_seconds() < first_start
        async with at_desk(product.gateway) as desk:
            assert await desk.ask(PARENTS) == before
        assert await product.stop() == [0] * len(product.servers)
        assert "Traceback" not in product.printed()
