"""Each service alone in its process, on real servers: it starts, says what it stands on, and answers."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio

from services.embedded import COMPONENTS
from tests.system.desk import at_desk
from tests.system.distributed import Distributed
from tests.system.product import Product

NAMES = [component.name for component in COMPONENTS]


@pytest_asyncio.fixture
async def product(form: Distributed, tmp_path: Path) -> AsyncIterator[Product]:
    product = form.lay_out(tmp_path, {"NIVAA_FREEZE": "none"})
    try:
        await product.start()
        yield product
    finally:
        product.end()


async def test_the_five_answer_as_one_through_the_gateway(product: Product) -> None:
    async with at_desk(product.gateway) as desk:
        parent = await desk.make("createParent", name="Asha Rao")
        known = await desk.ask(
            "query ($id: ID!) { parent(id: $id) { name outstanding { display } } billingCycles { totalCount } }",
            id=parent,
        )
    assert known == {
        "parent": {"name": "Asha Rao", "outstanding": {"display": "₹0.00"}},
        "billingCycles": {"totalCount": 0},
    }


async def test_each_says_by_name_what_it_stands_on(product: Product) -> None:
    async with aiohttp.ClientSession() as http:
        assert {server.output.stem: await resources(http, server.port) for server in product.servers} == {
            "packages": {"packages database": "ok", "broker": "ok"},
            "billing": {"billing database": "ok", "broker": "ok"},
            "invoicing": {"invoicing database": "ok", "invoicing files": "ok", "broker": "ok"},
            "bot": {"bot database": "ok", "broker": "ok"},
            "gateway": {},
        }
    bot = product.servers[NAMES.index("bot")]
    assert await container_is_healthy(bot.port)
    bot.kill()
    assert not await container_is_healthy(bot.port)


async def resources(http: aiohttp.ClientSession, port: int) -> dict[str, str]:
    async with http.get(f"http://127.0.0.1:{port}/readyz") as response:
        found: dict[str, str] = (await response.json())["resources"]
    return found


async def container_is_healthy(port: int) -> bool:
    """As docker-compose.yml asks."""
    check = await asyncio.create_subprocess_exec(sys.executable, "-m", "deploy.ready", str(port))
    return await check.wait() == 0


@pytest.mark.parametrize("name", NAMES)
def test_help_is_there_without_any_server(name: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", f"services.{name}", "--help"]
    done = subprocess.run(
        command, env={"PYTHONPATH": str(Path.cwd())}, cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert "--env-file" in done.stdout
    assert list(tmp_path.iterdir()) == []
