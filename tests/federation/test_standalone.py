"""`python -m services.gateway --supergraph FILE`: any supergraph over real HTTP, and nothing else."""

import asyncio
import json
import re
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.gateway.federation import RequestError, load_supergraph
from services.gateway.settings import GatewaySettings
from services.gateway.standalone import Standalone, open_standalone
from services.gateway.supergraph_file import LOOK_SECONDS
from shared.runtime.serving import serving
from tests.federation.fetching import fetch_request
from tests.federation.memory_subgraph import MemorySubgraph
from tests.federation.shop import FOLDER, Shop

ROOT = Path(__file__).parents[2]
ACROSS = "{ latestReviews(first: 1) { body author { name } product { title } } }"
ANSWER = {"latestReviews": [{"body": "Sturdy", "author": {"name": "Asha"}, "product": {"title": "Chair"}}]}


@asynccontextmanager
async def subgraphs_of(shop: Shop, seen: list[dict[str, str]]) -> AsyncIterator[str]:
    """The shop's subgraphs over HTTP; gives the supergraph with their URLs. `seen` gets the headers they are sent."""
    async with AsyncExitStack() as stack:
        sdl = (FOLDER / "supergraph.graphql").read_text()
        for name, subgraph in shop.subgraphs.items():
            app = Starlette(routes=[Route("/graphql", _answering(subgraph, seen), methods=["POST"])])
            served = Standalone(GatewaySettings(), app, asyncio.Event())
            port = await stack.enter_async_context(serving(served, port=0))
            sdl = sdl.replace(f"http://{name}.test/", f"http://127.0.0.1:{port}/")
        yield sdl


def _answering(subgraph: MemorySubgraph, seen: list[dict[str, str]]) -> Callable[[Request], Awaitable[Response]]:
    async def respond(request: Request) -> Response:
        seen.append(dict(request.headers))
        asked = json.loads(await request.body())
        fetch = fetch_request(asked["query"], asked["variables"], asked["operationName"])
        return Response(await subgraph.fetch(fetch), media_type="application/json")

    return respond


@pytest.mark.asyncio
async def test_it_answers_anybody_and_hands_on_who_asks(tmp_path: Path) -> None:
    seen: list[dict[str, str]] = []
    file = tmp_path / "supergraph.graphql"
    async with subgraphs_of(Shop(), seen) as sdl:
        file.write_text(sdl)
        async with (
            open_standalone(file, GatewaySettings()) as host,
            serving(host, port=0) as port,
            aiohttp.ClientSession(f"http://127.0.0.1:{port}") as http,
        ):
            assert (await http.get("/healthz")).status == 200
            headers = {"Authorization": "Bearer theirs", "traceparent": "00-ab-cd-01", "X-Other": "kept here"}
            response = await http.post("/graphql", json={"query": ACROSS}, headers=headers)
            assert await response.json() == {"data": ANSWER}
    assert len(seen) == 2
    for received in seen:
        assert (received["authorization"], received["traceparent"]) == ("Bearer theirs", "00-ab-cd-01")
        assert "x-other" not in received


@pytest.mark.asyncio
async def test_the_command_serves_the_file_on_the_port(tmp_path: Path) -> None:
    file = tmp_path / "supergraph.graphql"
    async with subgraphs_of(Shop(), []) as sdl:
        file.write_text(sdl)
        port = _free_port()
        process = await _command("--supergraph", str(file), "--port", str(port))
        try:
            assert await _asked(f"http://127.0.0.1:{port}/graphql") == {"data": ANSWER}
        finally:
            process.terminate()
            await process.wait()
    assert process.returncode == 0


@pytest.mark.asyncio
@pytest.mark.parametrize("content", ["type Query { a: Int }", "type Query {", None], ids=["plain", "broken", "missing"])
async def test_a_file_that_is_no_supergraph_is_refused(tmp_path: Path, content: str | None) -> None:
    file = tmp_path / "supergraph.graphql"
    if content is not None:
        file.write_text(content)
    process = await _command("--supergraph", str(file), "--port", "0")
    _, said = await process.communicate()
    assert process.returncode == 2
    assert re.match(r"cannot start: (the supergraph cannot be loaded|no join__Graph|.*No such file)", said.decode())


async def test_another_supergraph_is_served_without_a_restart_and_a_bad_one_is_not(tmp_path: Path) -> None:
    file = tmp_path / "supergraph.graphql"
    async with subgraphs_of(Shop(), []) as sdl:
        file.write_text(sdl)
        async with (
            open_standalone(file, GatewaySettings()) as host,
            serving(host, port=0) as port,
            aiohttp.ClientSession(f"http://127.0.0.1:{port}") as http,
        ):
            assert await _titles(http) == {
                "data": {"products": [{"title": "Chair"}, {"title": "Table"}, {"title": "Lamp"}]}
            }
            file.write_text("type Query {")
            await asyncio.sleep(2 * LOOK_SECONDS)
            assert "data" in await _titles(http)
            file.write_text(sdl.replace("  title: String", "  renamed: String"))
            async with asyncio.timeout(60):
                while "errors" not in await _titles(http):
                    await asyncio.sleep(0.1)
            file.write_text(sdl)
            async with asyncio.timeout(60):
                while "errors" in await _titles(http):
                    await asyncio.sleep(0.1)


async def test_what_was_prepared_runs_on_the_supergraph_that_it_was_prepared_for() -> None:
    shop = Shop()
    engine = shop.engine
    prepared = engine.prepare(ACROSS)
    other = load_supergraph((FOLDER.parent / "media" / "supergraph.graphql").read_text())
    engine.swap(other, {})
    assert await engine.run(prepared) == {"data": ANSWER}
    with pytest.raises(RequestError):
        engine.prepare(ACROSS)


async def _titles(http: aiohttp.ClientSession) -> Any:
    return await (await http.post("/graphql", json={"query": "{ products { title } }"})).json()


async def _command(*arguments: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "services.gateway", *arguments, cwd=ROOT, stderr=asyncio.subprocess.PIPE
    )


async def _asked(url: str) -> Any:
    """Once it listens."""
    async with asyncio.timeout(60), aiohttp.ClientSession() as http:
        while True:
            try:
                return await (await http.post(url, json={"query": ACROSS})).json()
            except aiohttp.ClientConnectionError:
                await asyncio.sleep(0.1)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
