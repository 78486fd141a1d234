"""`python -m services.gateway --supergraph FILE`: any supergraph over real HTTP, and nothing else."""

import asyncio
import re
import sys
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from structlog.testing import capture_logs

from tests.federation.over_http import gateway_over, subgraphs_of
from tests.federation.shop import Shop
from tests.servers.process import free_port

ROOT = Path(__file__).parents[2]
ACROSS = "{ latestReviews(first: 1) { body author { name } product { title } } }"
ANSWER = {"latestReviews": [{"body": "Sturdy", "author": {"name": "Asha"}, "product": {"title": "Chair"}}]}


async def test_it_answers_anybody_and_hands_on_who_asks(tmp_path: Path) -> None:
    seen: list[dict[str, str]] = []
    async with subgraphs_of(Shop(), seen) as sdl, gateway_over(tmp_path / "supergraph.graphql", sdl) as http:
        assert (await http.get("/healthz")).status == 200
        headers = {"Authorization": "Bearer theirs", "traceparent": "00-ab-cd-01", "X-Other": "kept here"}
        response = await http.post("/graphql", json={"query": ACROSS}, headers=headers)
        assert await response.json() == {"data": ANSWER}
    assert len(seen) == 2
    for received in seen:
        assert (received["authorization"], received["traceparent"]) == ("Bearer theirs", "00-ab-cd-01")
        assert "x-other" not in received


async def test_the_command_serves_the_file_on_the_port(tmp_path: Path) -> None:
    file = tmp_path / "supergraph.graphql"
    async with subgraphs_of(Shop(), []) as sdl:
        file.write_text(sdl)
        port = free_port()
        process = await _command("--supergraph", str(file), "--port", str(port))
        try:
            assert await _asked(f"http://127.0.0.1:{port}/graphql") == {"data": ANSWER}
        finally:
            process.terminate()
            await process.wait()
    assert process.returncode == 0


@pytest.mark.parametrize("content", ["type Query { a: Int }", "type Query {", None], ids=["plain", "broken", "missing"])
async def test_a_file_that_is_no_supergraph_is_refused(tmp_path: Path, content: str | None) -> None:
    file = tmp_path / "supergraph.graphql"
    if content is not None:
        file.write_text(content)
    process = await _command("--supergraph", str(file), "--port", "0")
    _, said = await process.communicate()
    assert process.returncode == 2
    assert re.match(r"cannot start: (the supergraph cannot be loaded|no join__Graph|.*No such file)", said.decode())


@pytest.mark.parametrize("accept", ["application/json", "application/graphql-response+json"])
async def test_what_cannot_be_planned_is_told_and_logged(tmp_path: Path, accept: str) -> None:
    query, message = '{ node(id: "u1") { id } }', 'no subgraph can resolve node(id: "u1") { id }'
    sdl = (ROOT / "tests" / "federation" / "plans" / "ambiguous" / "supergraph.graphql").read_text()
    with capture_logs() as logged:
        async with gateway_over(tmp_path / "supergraph.graphql", sdl) as http:
            response = await http.post("/graphql", json={"query": query}, headers={"Accept": accept})
            error = {"message": message, "extensions": {"code": "OPERATION_NOT_PLANNABLE"}}
            assert (response.status, await response.json()) == (409, {"errors": [error]})
    assert [(each["log_level"], each["reason"], each["document"]) for each in logged if "reason" in each] == [
        ("warning", message, query)
    ]


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
