"""Lists from the packages subgraph as it is shipped, beside the same without plans (graphql-core's own way), strawberry
as its documentation shows it, and PostGraphile, each a process of its own, on the same PostgreSQL tables.

A list of 100 sessions with their children, parents and tutors; one of 1,000, which is ten pages, each after the one
before; 100 packages with their prices, which PostGraphile gives as they are stored; and 100 sessions that a gateway
refers to, for which PostGraphile has no like. Rounds alternate, and each round's ratios are taken before the median is.
"""

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

import aiohttp

from bench.databases import new_database
from bench.logged_sessions import SESSION, store_logged_sessions
from shared.auth.keys import KeyFile
from shared.auth.tokens import TokenIssuer
from shared.auth.viewer import Role, Viewer
from shared.runtime.settings import Settings

ROUNDS = 9
LISTS = 30
CLIENTS = 4
PAGES = 10
STORED = 10_000
FIRST_PORT = 21_740
START_SECONDS = 90
POSTGRAPHILE = Path(__file__).parent / "postgraphile"

_TAUGHT = """id startsAt durationMinutes status billedAsAddon externalRef
            child { id name } parent { id name } tutor { id name }"""
OURS = f"""query ($after: String) {{ sessions(first: 100, after: $after) {{
    nodes {{ {_TAUGHT} }}
    pageInfo {{ hasNextPage endCursor }} }} }}"""
PACKAGES = """{ list: sessionPackages(first: 100) {
    nodes { id totalSessions usedSessions remaining goodwill purchasedAt parent { id name }
            pricePerSession { amount currency display } cost { amount currency display } } } }"""
THEIR_PACKAGES = """{ list: allSessionPackages(first: 100, orderBy: [PURCHASED_AT_DESC, ID_DESC]) {
    nodes { id totalSessions usedSessions expiredSessions goodwill purchasedAt parent: personByParentId { id name }
            pricePerSessionMinor discountMinor currency } } }"""
REFERRED = f"query ($r: [_Any!]!) {{ nodes: _entities(representations: $r) {{ ... on Session {{ {_TAUGHT} }} }} }}"
REFERENCES = [{"__typename": "Session", "id": str(SESSION.id(number))} for number in range(100)]
THEIRS = """query ($after: Cursor) {
  sessions: allSessions(first: 100, after: $after, orderBy: [STARTS_AT_DESC, ID_DESC]) {
    nodes { id startsAt durationMinutes status billedAsAddon externalRef
            child: personByChildId { id name } parent: personByParentId { id name }
            tutor: personByTutorId { id name } }
    pageInfo { hasNextPage endCursor } } }"""


@dataclass(frozen=True)
class Server:
    name: str
    url: str
    query: str
    headers: dict[str, str]
    packages: str = PACKAGES


class Failed(Exception):
    """A server answered something else than a page of a hundred."""


async def answer(
    http: aiohttp.ClientSession, server: Server, query: str, variables: dict[str, Any], field: str | None
) -> dict[str, Any]:
    """What has a hundred nodes: a field of the answer, or all of it."""
    async with http.post(server.url, json={"query": query, "variables": variables}, headers=server.headers) as response:
        answered = json.loads(await response.read())
    if answered.get("errors"):
        raise Failed(f"{server.name}: {json.dumps(answered)[:500]}")
    found: dict[str, Any] = answered["data"][field] if field else answered["data"]
    if len(found["nodes"]) != 100 or None in found["nodes"]:
        raise Failed(f"{server.name}: {json.dumps(answered)[:500]}")
    return found


async def page(http: aiohttp.ClientSession, server: Server, after: str | None) -> dict[str, Any]:
    return await answer(http, server, server.query, {"after": after}, "sessions")


async def packages(http: aiohttp.ClientSession, server: Server) -> list[Any]:
    nodes: list[Any] = (await answer(http, server, server.packages, {}, "list"))["nodes"]
    return nodes


async def referred(http: aiohttp.ClientSession, server: Server) -> list[Any]:
    nodes: list[Any] = (await answer(http, server, REFERRED, {"r": REFERENCES}, None))["nodes"]
    return nodes


async def hundred(http: aiohttp.ClientSession, server: Server) -> list[Any]:
    nodes: list[Any] = (await page(http, server, None))["nodes"]
    return nodes


async def thousand(http: aiohttp.ClientSession, server: Server) -> list[Any]:
    nodes: list[Any] = []
    after = None
    for _ in range(PAGES):
        sessions = await page(http, server, after)
        nodes += sessions["nodes"]
        after = sessions["pageInfo"]["endCursor"]
    return nodes


Read = Callable[[aiohttp.ClientSession, Server], Awaitable[list[Any]]]


async def rate_of(read: Read, server: Server, lists: int) -> float:
    """Lists a second."""
    waiting = iter(range(lists))

    async def client(http: aiohttp.ClientSession) -> None:
        for _ in waiting:
            await read(http, server)

    async with aiohttp.ClientSession() as http:
        await client_warm(http, server)
        start = time.perf_counter()
        await asyncio.gather(*(client(http) for _ in range(CLIENTS)))
        return lists / (time.perf_counter() - start)


async def client_warm(http: aiohttp.ClientSession, server: Server) -> None:
    await asyncio.gather(*(hundred(http, server) for _ in range(CLIENTS)))


async def same_lists(servers: Sequence[Server]) -> bool:
    """All give the same thousand sessions."""

    def seen(nodes: list[Any]) -> list[Any]:
        return [[node["id"], node["status"], node["child"], node["parent"], node["tutor"]] for node in nodes]

    async with aiohttp.ClientSession() as http:
        first, *others = [seen(await thousand(http, server)) for server in servers]
    return all(other == first for other in others)


@contextmanager
def servers(url: str) -> Iterator[list[Server]]:
    if not (POSTGRAPHILE / "node_modules").exists():
        subprocess.run(["npm", "ci", "--prefix", POSTGRAPHILE], check=True, stdout=subprocess.DEVNULL)
    ports = [FIRST_PORT + number for number in range(4)]
    urls = [f"http://127.0.0.1:{port}/graphql" for port in ports]
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="nivaa-bench-")))
        told = {
            "PACKAGES_DATABASE_URL": url,
            "NIVAA_DATA_DIR": str(folder),
            "NIVAA_KEY_FILE": str(folder / "keys.json"),
            "NIVAA_FREEZE": "none",
        }
        token = {"Authorization": f"Bearer {_token(folder / 'keys.json')}"}
        program = str(POSTGRAPHILE / "node_modules/.bin/postgraphile")
        quiet = ["--disable-query-log", "--disable-graphiql"]
        peer = ["-c", url, "-s", "public", "-n", "127.0.0.1", "-p", str(ports[3]), *quiet]
        started = [
            ([sys.executable, "-m", "services.packages", "--port", str(ports[0])], told),
            ([sys.executable, "-m", "bench.without_plans", "--port", str(ports[1])], told),
            ([sys.executable, "-m", "bench.plain_sessions", url, str(ports[2])], {}),
            ([program, *peer], {"NODE_ENV": "production"}),
        ]
        for command, more in started:
            stack.enter_context(_running(command, more))
        yield [
            Server("ours", urls[0], OURS, token),
            Server("without plans", urls[1], OURS, token),
            Server("plain", f"{urls[2]}/", OURS, {}),
            Server("postgraphile", urls[3], THEIRS, {}, THEIR_PACKAGES),
        ]


def _token(keys: Path) -> str:
    settings = Settings()
    issuer = TokenIssuer(KeyFile.open(keys).signing_key, settings.jwt_issuer, settings.jwt_audience)
    return issuer.mint(Viewer(str(uuid4()), Role.COORDINATOR), datetime.now(UTC), timedelta(hours=2))


@contextmanager
def _running(command: Sequence[str], told: dict[str, str]) -> Iterator[None]:
    cwd = POSTGRAPHILE if "postgraphile" in command[0] else None
    process = subprocess.Popen(command, env=os.environ | told, cwd=cwd, stdout=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        process.wait(30)


async def until_it_answers(server: Server) -> None:
    async with asyncio.timeout(START_SECONDS), aiohttp.ClientSession() as http:
        while True:
            try:
                await hundred(http, server)
            except aiohttp.ClientConnectionError:
                await asyncio.sleep(0.1)
            else:
                return


async def measure(contestants: Sequence[Server], read: Read, lists: int, name: str) -> list[list[float]]:
    print(f"{name:16}" + "".join(f"{server.name:>14}" for server in contestants) + "   lists a second")
    rounds = []
    for number in range(ROUNDS):
        rates = [await rate_of(read, server, lists) for server in contestants]
        print(f"round {number + 1:<10}" + "".join(f"{rate:>14,.1f}" for rate in rates))
        rounds.append(rates)
    return rounds


def over(name: str, contestants: Sequence[Server], rounds: list[list[float]]) -> Iterator[str]:
    """Of the first over each other, as the medians of the rounds."""
    for other, server in enumerate(contestants):
        if other:
            ratio = median(rates[0] / rates[other] for rates in rounds)
            yield f"{name}_over_{server.name.replace(' ', '_')}={ratio:.2f}"


async def main() -> None:
    results: list[str] = []
    async with new_database("packages") as database:
        await store_logged_sessions(database, STORED)
        with servers(database.config.url) as contestants:
            for server in contestants:
                await until_it_answers(server)
            assert await same_lists(contestants)
            ours, without_plans, _, postgraphile = contestants
            for read, lists, name, some in (
                (hundred, LISTS, "hundred", contestants),
                (thousand, LISTS // PAGES * 2, "thousand", contestants),
                (packages, LISTS, "packages", [ours, without_plans, postgraphile]),
                (referred, LISTS, "referred", [ours, without_plans]),
            ):
                results += over(name, some, await measure(some, read, lists, name))
    print("RESULT", *results)


if __name__ == "__main__":
    asyncio.run(main())
