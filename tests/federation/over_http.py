"""The shop's subgraphs over HTTP, and the gateway over any supergraph in front of them."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from services.gateway.settings import GatewaySettings
from services.gateway.standalone import Standalone, open_standalone
from shared import event_stream
from shared.runtime.serving import serving
from shared.runtime.settings import load_settings
from tests.federation.fetching import fetch_request
from tests.federation.memory_subgraph import MemorySubgraph
from tests.federation.shop import FOLDER, Shop

SUPERGRAPH = (FOLDER / "supergraph.graphql").read_text()


@asynccontextmanager
async def subgraphs_of(shop: Shop, seen: list[dict[str, str]], **elsewhere: str) -> AsyncIterator[str]:
    """Gives the supergraph with their URLs. `seen` gets the headers they are sent; those `elsewhere` are not asked."""
    routes = [
        Route(f"/{name}/graphql", _answering(subgraph, seen), methods=["POST"])
        for name, subgraph in shop.subgraphs.items()
    ]
    async with serving(Standalone(GatewaySettings(), Starlette(routes=routes), asyncio.Event()), port=0) as port:
        sdl = SUPERGRAPH
        for name in shop.subgraphs:
            sdl = sdl.replace(f"http://{name}.test", elsewhere.get(name, f"http://127.0.0.1:{port}/{name}"))
        yield sdl


def _answering(subgraph: MemorySubgraph, seen: list[dict[str, str]]) -> Callable[[Request], Awaitable[Response]]:
    async def respond(request: Request) -> Response:
        seen.append(dict(request.headers))
        asked = json.loads(await request.body())
        fetch = fetch_request(asked["query"], asked["variables"], asked["operationName"])
        if request.headers["accept"] == event_stream.MEDIA_TYPE:
            return StreamingResponse(_streamed(subgraph, fetch), headers=event_stream.HEADERS)
        return Response(await subgraph.fetch(fetch), media_type="application/json")

    return respond


async def _streamed(subgraph: MemorySubgraph, fetch: Any) -> AsyncIterator[bytes]:
    async with subgraph.subscribe(fetch) as events:
        async for event in events:
            yield event_stream.written("next", event)
    yield event_stream.written("complete", b"")


@asynccontextmanager
async def gateway_over(file: Path, sdl: str, **settings: Any) -> AsyncIterator[aiohttp.ClientSession]:
    """A client of the gateway that serves what the file says, which is this at first."""
    file.write_text(sdl)  # noqa: ASYNC240 - a small one
    loaded = load_settings(GatewaySettings, (), settings)
    async with (
        open_standalone(file, loaded) as host,
        serving(host, port=0) as port,
        aiohttp.ClientSession(f"http://127.0.0.1:{port}") as http,
    ):
        yield http


async def asked(http: aiohttp.ClientSession, query: str) -> Any:
    async with http.post("/graphql", json={"query": query}) as response:
        return await response.json()
