"""How often somebody may ask, by which documents, from which pages: over real HTTP, and a real Redis."""

import shutil
import socket
import subprocess
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import aiohttp
import pytest

from services.gateway.component import COMPONENT
from services.gateway.endpoint import rates
from shared.auth.viewer import Role, Viewer
from shared.runtime.serving import serving
from tests.conftest import Hosting
from tests.eventually import eventually
from tests.servers.process import free_port
from tests.services.gateway.test_http import Answer, Client

VIEWER = "{ viewer { role } }"
OFFICE = "https://office.example"


@asynccontextmanager
async def serves(hosting: Hosting, **settings: Any) -> AsyncIterator[Client]:
    async with (
        hosting([COMPONENT], **settings) as asker,
        serving(asker.host, port=0) as port,
        aiohttp.ClientSession() as session,
    ):
        viewer = Viewer(str(uuid4()), Role.COORDINATOR)
        yield Client(f"http://127.0.0.1:{port}", asker.token(viewer), session)


async def ask(client: Client, query: str = VIEWER, **options: Any) -> Answer:
    return await client.send("POST", json={"query": query}, **options)


async def test_a_subject_asks_no_oftener_than_it_may(hosting: Hosting) -> None:
    async with serves(hosting, GATEWAY_REQUESTS_PER_MINUTE=3, GATEWAY_STRANGERS_REQUESTS_PER_MINUTE=2) as client:
        answers = [await ask(client) for _ in range(4)]
        assert [answer.status for answer in answers] == [200, 200, 200, 429]
        refused = answers[-1]
        assert (refused.code, refused.json["errors"][0]["extensions"]["allowed"]) == ("TOO_MANY_REQUESTS", 3)
        assert 0 < int(refused.headers["retry-after"]) <= 60
        passed_on = await client.send("POST", "/billing/run-monthly", json={"month": "2026-10"})
        assert (passed_on.status, passed_on.code) == (429, "TOO_MANY_REQUESTS")
        strangers = [await ask(client, "{ __typename }", token="") for _ in range(2)] + [await ask(client, token="x")]
        assert [answer.status for answer in strangers] == [200, 200, 429]


async def test_strangers_behind_a_proxy_that_is_trusted_are_counted_one_by_one(hosting: Hosting) -> None:
    """Whatever address somebody claims to have come by: what counts is the one that the proxy saw."""

    async def statuses(*came_by: str, **settings: Any) -> list[int]:
        async with serves(hosting, GATEWAY_STRANGERS_REQUESTS_PER_MINUTE=1, **settings) as client:
            asked = [ask(client, "{ __typename }", token="", headers={"X-Forwarded-For": way}) for way in came_by]
            return [(await each).status for each in asked]

    ways = ("192.0.2.1", "192.0.2.2", "198.51.100.7, 192.0.2.2", "198.51.100.7, 192.0.2.3")
    assert await statuses(*ways, NIVAA_TRUSTED_PROXIES="10.0.0.0/8, 127.0.0.1") == [200, 200, 429, 200]
    assert await statuses(*ways, NIVAA_TRUSTED_PROXIES="10.0.0.0/8") == [200, 429, 429, 429]
    assert await statuses(*ways) == [200, 429, 429, 429]


@pytest.fixture
def redis_url(tmp_path: Path) -> Iterator[str]:
    """A server of our own, which ends with the test."""
    binary = shutil.which("redis-server")
    if binary is None:
        pytest.skip("redis-server")
    port = free_port()
    command = [binary, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(tmp_path)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        server.terminate()
        server.wait()


def is_listening(port: int | None) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port or 0)).close()
    except OSError:
        return False
    return True


async def test_several_gateways_count_together_in_redis(
    hosting: Hosting, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rates, "_REDIS_TIMEOUT_SECONDS", 30)  # this one only takes its time
    await eventually(lambda: is_listening(urlsplit(redis_url).port))
    settings = {"GATEWAY_RATES_URL": redis_url, "GATEWAY_REQUESTS_PER_MINUTE": 4}
    async with serves(hosting, **settings) as one, serves(hosting, **settings) as other:
        token = one.token
        answers = [await ask(each, token=token) for each in (one, other, one, other, one, other)]
    assert [answer.status for answer in answers] == [200, 200, 200, 200, 429, 429]


async def test_while_redis_is_away_each_counts_alone(hosting: Hosting) -> None:
    settings = {"GATEWAY_RATES_URL": "redis://127.0.0.1:9/0", "GATEWAY_REQUESTS_PER_MINUTE": 2}
    async with serves(hosting, **settings) as client:
        assert [(await ask(client)).status for _ in range(3)] == [200, 200, 429]


async def test_only_trusted_documents_run(hosting: Hosting, tmp_path: Path) -> None:
    folder = tmp_path / "trusted"
    (folder / "more").mkdir(parents=True)
    (folder / "more" / "viewer.graphql").write_text(VIEWER + "\n")
    async with serves(hosting, NIVAA_TRUSTED_DOCUMENTS=str(folder)) as client:
        hash_ = sha256(VIEWER.encode()).hexdigest()
        persisted = {"persistedQuery": {"version": 1, "sha256Hash": hash_}}
        for body in (
            {"query": VIEWER},
            {"query": VIEWER + "\n"},
            {"documentId": hash_},
            {"documentId": f"sha256:{hash_}"},
            {"extensions": persisted},
            {"query": VIEWER, "extensions": persisted},
        ):
            assert (await client.send("POST", json=body)).json == {"data": {"viewer": {"role": "COORDINATOR"}}}
        assert (await client.send("GET", params={"documentId": hash_})).status == 200
        for body in (
            {"query": "{ viewer { role workspace } }"},
            {"query": "{ __schema { queryType { name } } }"},
            {"query": VIEWER + " # a comment"},
            {"documentId": sha256(b"{ __typename }").hexdigest()},
        ):
            answer = await client.send("POST", json=body)
            assert (answer.status, answer.code) == (403, "DOCUMENT_NOT_TRUSTED")


async def test_a_process_trusts_itself(hosting: Hosting, tmp_path: Path) -> None:
    """The bot in it, and nivaa's commands, which nobody lists."""
    async with hosting([COMPONENT], NIVAA_TRUSTED_DOCUMENTS=str(tmp_path)) as asker:
        assert await asker.ask("gateway", VIEWER) == {"viewer": {"role": "COORDINATOR"}}


async def test_a_document_is_registered_under_its_hash(hosting: Hosting) -> None:
    def hashed(text: str, **body: str) -> dict[str, object]:
        hash_ = sha256(text.encode()).hexdigest()
        return {**body, "extensions": {"persistedQuery": {"version": 1, "sha256Hash": hash_}}}

    async with serves(hosting) as client:
        unknown = await client.send("POST", json=hashed(VIEWER), headers={"Accept": "application/json"})
        assert (unknown.status, unknown.code) == (200, "PERSISTED_QUERY_NOT_FOUND")
        assert unknown.json["errors"][0]["message"] == "PersistedQueryNotFound"
        assert (await client.send("POST", json=hashed(VIEWER, query=VIEWER))).status == 200
        assert (await client.send("POST", json=hashed(VIEWER))).json["data"]
        mismatch = await client.send("POST", json=hashed(VIEWER, query="{ __typename }"))
        assert (mismatch.status, mismatch.code) == (400, "PERSISTED_QUERY_HASH_MISMATCH")
        for wrong in ({"persistedQuery": {"version": 2, "sha256Hash": "0" * 64}}, {"persistedQuery": 1}):
            assert (await client.send("POST", json={"extensions": wrong})).code == "INVALID_INPUT"
        assert (await client.send("POST", json={"documentId": "../secrets"})).code == "INVALID_INPUT"


async def test_batches_are_off_until_they_are_on(hosting: Hosting) -> None:
    batch = [{"query": VIEWER}, {"query": "{ nobody }"}]
    async with serves(hosting) as client:
        refused = await client.send("POST", json=batch)
        assert (refused.status, refused.code) == (400, "INVALID_INPUT")
    async with serves(hosting, GATEWAY_BATCH_OPERATIONS=2, GATEWAY_REQUESTS_PER_MINUTE=3) as client:
        first, second = (await client.send("POST", json=batch)).json
        assert first["data"]["viewer"]
        assert second["errors"][0]["extensions"]["code"] == "GRAPHQL_INVALID"
        refused = await client.send("POST", json=batch * 2)
        assert (refused.status, refused.code) == (413, "TOO_COMPLEX")
        assert refused.json["errors"][0]["extensions"]["limit"] == "batch"
        assert (await client.send("POST", json=batch)).code == "TOO_MANY_REQUESTS"


async def test_pages_of_named_sites_may_ask(hosting: Hosting) -> None:
    preflight = {
        "Origin": OFFICE,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,content-type",
    }
    async with serves(hosting, GATEWAY_ORIGINS=OFFICE) as client:
        allowed = await client.send("OPTIONS", headers=preflight, token="")
        assert (allowed.status, allowed.headers["access-control-allow-origin"]) == (200, OFFICE)
        assert allowed.headers["access-control-allow-credentials"] == "true"
        answer = await ask(client, headers={"Origin": OFFICE})
        assert answer.headers["access-control-allow-origin"] == OFFICE
        evil = {"Origin": "https://evil.example"}
        assert "access-control-allow-origin" not in (await ask(client, headers=evil)).headers
        refused = await client.send("OPTIONS", headers={**preflight, **evil}, token="")
        assert (refused.status, "access-control-allow-origin" in refused.headers) == (400, False)
    async with serves(hosting) as client:
        assert "access-control-allow-origin" not in (await client.send("OPTIONS", headers=preflight)).headers


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": "multipart/form-data; boundary=x"},
        {"Content-Type": "text/plain; application/json"},
        {},
    ],
)
async def test_what_any_page_could_send_unasked_is_no_request(client: Client, headers: Mapping[str, str]) -> None:
    body = b'{"query": "mutation { createTutor(input: { name: \\"M\\" }) { tutor { id } } }"}'
    answer = await client.send("POST", data=body, headers=headers, skip_auto_headers=["Content-Type"])
    assert (answer.status, answer.code) == (415, "INVALID_INPUT")


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nowhere", 404, "NOT_FOUND"),
        ("GET", "/billing/run-monthly", 405, "METHOD_NOT_ALLOWED"),
        ("PATCH", "/graphql", 405, "METHOD_NOT_ALLOWED"),
        ("POST", "/healthz", 405, "METHOD_NOT_ALLOWED"),
        ("GET", "/graphql?query=mutation{a}", 400, "GRAPHQL_INVALID"),
    ],
)
async def test_every_answer_has_a_code_and_its_headers(
    client: Client, method: str, path: str, status: int, code: str
) -> None:
    answer = await client.send(method, path)
    assert (answer.status, answer.code) == (status, code)
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert "strict-transport-security" not in answer.headers


async def test_https_only_when_it_is_set(hosting: Hosting) -> None:
    async with serves(hosting, NIVAA_HSTS_SECONDS=600) as client:
        assert (await ask(client)).headers["strict-transport-security"] == "max-age=600; includeSubDomains"


@pytest.fixture
async def client(hosting: Hosting) -> AsyncIterator[Client]:
    async with serves(hosting) as opened:
        yield opened


HOSTILE = {
    "variables nested deeply": b'{"query": "query($a: [Int]) { __typename }", "variables": {"a": '
    + b"[" * 5000
    + b"]" * 5000
    + b"}}",
    "a number without end": b'{"query": "query($f: Int) { parents(first: $f) { totalCount } }", "variables": {"f": '
    + b"9" * 5000
    + b"}}",
    "half a character": b'{"query": "{ parents(search: \\"\\ud800\\") { totalCount } }"}',
    "half a character in a variable": b'{"query": "query($s: String) { parents(search: $s) { totalCount } }", '
    b'"variables": {"s": "\\ud800"}}',
    "a name of half a megabyte": b'{"query": "{ ' + b"x" * 500_000 + b' }"}',
    "fragments of fragments": b'{"query": "{ ...F0 } '
    + b" ".join(b"fragment F%d on Query { ...F%d ...F%d }" % (n, n + 1, n + 1) for n in range(50))
    + b' fragment F50 on Query { __typename }"}',
}


@pytest.mark.parametrize("name", HOSTILE)
async def test_what_is_meant_to_hurt_is_answered(client: Client, name: str) -> None:
    answer = await client.send("POST", data=HOSTILE[name], headers={"Content-Type": "application/json"})
    assert answer.status < 500
    assert all(error["extensions"]["code"] != "INTERNAL" for error in answer.json["errors"])
