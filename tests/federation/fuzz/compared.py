"""One world at a time: its subgraphs over HTTP, our gateway and its peers in front of them, and the oracle."""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import aiohttp
from graphql import ExecutionResult, GraphQLSchema, graphql_sync
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.gateway.federation import load_supergraph
from services.gateway.settings import GatewaySettings
from services.gateway.standalone import Standalone, open_standalone
from shared.runtime.serving import serving
from tests.federation.fuzz.objects import oracle_schema, subgraph_schema
from tests.federation.fuzz.operations import Asked, make_operation
from tests.federation.fuzz.world import World, make_world

FOLDER = Path(__file__).parent
_LONGEST_LINE = 50_000_000


def is_available() -> bool:
    """Whether node and the peers' packages are installed."""
    return shutil.which("node") is not None and (FOLDER / "node_modules").exists()


class Peers:
    """The node process with the composer and the other gateways."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def say(self, message: Mapping[str, Any]) -> dict[str, Any]:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(message).encode() + b"\n")
        line = await self._process.stdout.readline()
        assert line, "the peers' process has ended"
        said: dict[str, Any] = json.loads(line)
        return said


@asynccontextmanager
async def peers() -> AsyncIterator[Peers]:
    process = await asyncio.create_subprocess_exec(
        *("node", "peers.mjs"),
        cwd=FOLDER,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        limit=_LONGEST_LINE,
    )
    try:
        yield Peers(process)
    finally:
        process.kill()
        await process.wait()


@dataclass(frozen=True)
class Answer:
    """What is compared: the data, and whether there were errors."""

    data: Any
    errors: bool
    first: str | None = None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Answer) and (self.data, self.errors) == (other.data, other.errors)

    __hash__ = None  # type: ignore[assignment]


@dataclass(frozen=True)
class Difference:
    """Ours is not what the oracle says, or what both peers say."""

    seed: int
    asked: Asked
    ours: Answer
    oracle: Answer
    others: Mapping[str, Answer]

    def __str__(self) -> str:
        lines = [f"world {self.seed}: {self.asked.query} {json.dumps(self.asked.variables)}"]
        answers = {"ours": self.ours, "oracle": self.oracle, **self.others}
        lines += [
            f"  {name:7} {one.errors!s:5} {json.dumps(one.data)} {one.first or ''}" for name, one in answers.items()
        ]
        return "\n".join(lines)


async def differences(seed: int, operations: int, others: Peers) -> list[Difference] | None:
    """None when the world's subgraphs do not compose."""
    world = make_world(seed)
    async with AsyncExitStack() as stack:
        port = await stack.enter_async_context(_serving(world))
        urls = [
            {"name": one, "url": f"http://127.0.0.1:{port}/{one}", "sdl": world.sdl(one)} for one in world.subgraphs
        ]
        composed = await others.say({"subgraphs": urls})
        if "supergraph" not in composed:
            return None
        ask = await stack.enter_async_context(_ours(composed["supergraph"]))
        oracle = oracle_schema(world, load_supergraph(composed["supergraph"]).api_schema)
        random = Random(seed)  # noqa: S311 - to make things up
        found = [
            await _difference(seed, make_operation(oracle, random), ask, oracle, others) for _ in range(operations)
        ]
    return [one for one in found if one]


_Ask = Callable[[Asked], Awaitable[Answer]]


async def _difference(seed: int, asked: Asked, ask: _Ask, oracle: GraphQLSchema, others: Peers) -> Difference | None:
    ours, expected = await ask(asked), _read(graphql_sync(oracle, asked.query, variable_values=asked.variables))
    said = await others.say({"query": asked.query, "variables": asked.variables})
    theirs = {name: Answer(**one) for name, one in said.items()}
    agrees = ours == expected and any(ours == one for one in (expected, *theirs.values()))
    return None if agrees else Difference(seed, asked, ours, expected, theirs)


def _read(result: ExecutionResult) -> Answer:
    errors = result.errors or []
    return Answer(result.data, bool(errors), errors[0].message if errors else None)


@asynccontextmanager
async def _serving(world: World) -> AsyncIterator[int]:
    routes = [Route(f"/{one}", _answering(subgraph_schema(world, one)), methods=["POST"]) for one in world.subgraphs]
    async with serving(Standalone(GatewaySettings(), Starlette(routes=routes), asyncio.Event()), port=0) as port:
        yield port


def _answering(schema: GraphQLSchema) -> Callable[[Request], Awaitable[Response]]:
    async def respond(request: Request) -> Response:
        asked = json.loads(await request.body())
        result = graphql_sync(
            schema,
            asked["query"],
            variable_values=asked.get("variables"),
            operation_name=asked.get("operationName"),
        )
        return Response(json.dumps(result.formatted), media_type="application/json")

    return respond


@asynccontextmanager
async def _ours(supergraph: str) -> AsyncIterator[_Ask]:
    async with AsyncExitStack() as stack:
        file = Path(stack.enter_context(TemporaryDirectory())) / "supergraph.graphql"
        file.write_text(supergraph)
        host = await stack.enter_async_context(open_standalone(file, GatewaySettings()))
        port = await stack.enter_async_context(serving(host, port=0))
        http = await stack.enter_async_context(aiohttp.ClientSession(f"http://127.0.0.1:{port}"))

        async def ask(asked: Asked) -> Answer:
            response = await http.post("/graphql", json={"query": asked.query, "variables": asked.variables})
            body = await response.json()
            errors = body.get("errors") or []
            return Answer(body.get("data"), bool(errors), errors[0]["message"] if errors else None)

        yield ask
