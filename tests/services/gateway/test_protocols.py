"""The protocols' own checks and clients (npm) against our endpoint."""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from shared.runtime.serving import serving
from tests.asking import Asker
from tests.conftest import Hosting
from tests.eventually import eventually
from tests.services.gateway.live import ALERTS, LONG_ENOUGH_SECONDS, living

TOOL = Path(__file__).parents[3] / "tools" / "protocols"
NODE = shutil.which("node")

pytestmark = pytest.mark.skipif(
    NODE is None or not (TOOL / "node_modules").is_dir(), reason="node and tools/protocols's packages"
)


@asynccontextmanager
async def running(script: str, *arguments: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """Ends with the block."""
    process = await asyncio.create_subprocess_exec(
        NODE or "", str(TOOL / script), *arguments, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def test_graphql_over_http_in_full(gateway: Asker) -> None:
    """Every MUST, SHOULD and MAY of graphql-http's audit."""
    async with serving(gateway.host, port=0) as port, running("audit.mjs", f"http://127.0.0.1:{port}/graphql") as audit:
        said, _ = await audit.communicate()
    results = json.loads(said)
    assert len(results) > 50
    assert [result for result in results if result["status"] != "ok"] == []


async def test_the_protocols_own_clients_get_answers_and_events(hosting: Hosting) -> None:
    async with living(hosting) as live:
        parent = await live.parent()
        arguments = (f"{live.url}/graphql", live.token(), "{ viewer { role } }", ALERTS)
        async with running("streams.mjs", *arguments) as clients, asyncio.timeout(60):
            for name in ("sse", "sseByOne", "ws"):
                tell(clients, name)
                answer = {"data": {"viewer": {"role": "COORDINATOR"}}}
                assert await said_by(clients) == {"client": name, "answer": answer}
                await eventually(lambda: bool(live.listeners))
                await live.raise_alert(parent)
                told = await said_by(clients)
                assert told["client"] == name
                assert told["event"]["data"]["lowPackageAlert"]["parent"] == {"name": "Asha"}
                await eventually(lambda: not live.listeners)


async def test_the_protocols_own_clients_go_on_with_a_fresh_token(hosting: Hosting) -> None:
    async with living(hosting) as live:
        parent = await live.parent()
        arguments = (f"{live.url}/graphql", ALERTS, live.token_for(seconds=LONG_ENOUGH_SECONDS), live.token())
        async with running("resuming.mjs", *arguments) as clients, asyncio.timeout(60):
            await eventually(lambda: len(live.listeners) == 2)
            before = set(live.listeners)
            told = await said_by(clients)
            assert told["client"] == "sse"
            assert told["answer"]["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
            await eventually(lambda: len(set(live.listeners) - before) == 2)
            await live.raise_alert(parent)
            said = [await said_by(clients) for _ in range(2)]
    assert sorted(told["client"] for told in said) == ["sse", "ws"]
    assert [told["answer"]["data"]["lowPackageAlert"]["parent"] for told in said] == [{"name": "Asha"}] * 2


def tell(process: asyncio.subprocess.Process, line: str) -> None:
    assert process.stdin is not None
    process.stdin.write(f"{line}\n".encode())


async def said_by(process: asyncio.subprocess.Process) -> dict[str, Any]:
    assert process.stdout is not None
    said: dict[str, Any] = json.loads(await process.stdout.readline())
    return said
