"""GraphQL over HTTP, through a real server and a real client."""

import json
import re
from base64 import b64encode
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha384
from typing import Any

import aiohttp
import pytest

from services.gateway.component import COMPONENT
from services.gateway.endpoint.graphiql import addresses
from shared.auth.viewer import MONEY_READ
from shared.runtime.serving import serving
from tests.asking import Asker
from tests.conftest import Hosting

RESPONSE = "application/graphql-response+json"
VIEWER = "{ viewer { role } }"
COORDINATOR = {"data": {"viewer": {"role": "COORDINATOR"}}}


@dataclass
class Answer:
    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)

    @property
    def code(self) -> str:
        code: str = self.json["errors"][0]["extensions"]["code"]
        return code


@dataclass
class Client:
    url: str
    token: str
    session: aiohttp.ClientSession = field(repr=False)

    async def send(
        self,
        method: str,
        path: str = "/graphql",
        *,
        token: str | None = None,
        headers: Mapping[str, str] | None = None,
        **request: Any,
    ) -> Answer:
        token = self.token if token is None else token
        authorization = {"Authorization": f"Bearer {token}"} if token else {}
        sent = {"Accept": RESPONSE, **authorization, **(headers or {})}
        async with self.session.request(method, self.url + path, headers=sent, **request) as response:
            return Answer(response.status, response.headers, await response.text())


@pytest.fixture
async def client(gateway: Asker) -> AsyncIterator[Client]:
    async with serving(gateway.host, port=0) as port, aiohttp.ClientSession() as session:
        yield Client(f"http://127.0.0.1:{port}", gateway.token(), session)


@pytest.mark.parametrize("accept", [RESPONSE, "application/json"])
async def test_post(client: Client, accept: str) -> None:
    answer = await client.send("POST", json={"query": VIEWER}, headers={"Accept": accept})
    assert (answer.status, answer.json) == (200, COORDINATOR)
    assert answer.headers["content-type"] == f"{accept}; charset=utf-8"


async def test_get(client: Client) -> None:
    query = "query ($name: String!) { __type(name: $name) { name } }"
    params = {"query": query, "variables": '{"name": "Viewer"}'}
    answer = await client.send("GET", params=params)
    assert answer.json == {"data": {"__type": {"name": "Viewer"}}}


async def test_operation_name_and_nulls_are_parameters(client: Client) -> None:
    body = {"query": f"query A {VIEWER} query B {{ __typename }}", "variables": None, "extensions": None}
    assert (await client.send("POST", json={**body, "operationName": "B"})).json == {"data": {"__typename": "Query"}}
    assert (await client.send("POST", json={**body, "operationName": None})).status == 400


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        ({"data": "{", "headers": {"Content-Type": "application/json"}}, 400),
        ({"data": b"\xff", "headers": {"Content-Type": "application/json"}}, 400),
        ({"data": "", "headers": {"Content-Type": "application/json"}}, 400),
        ({"json": []}, 400),
        ({"json": {}}, 400),
        ({"json": {"query": 1}}, 400),
        ({"json": {"query": VIEWER, "variables": []}}, 400),
        ({"json": {"query": VIEWER, "operationName": 1}}, 400),
        ({"json": {"query": VIEWER, "extensions": []}}, 400),
        ({"json": {"query": VIEWER, "extensions": "none"}}, 400),
        ({"json": {"query": VIEWER, "operationName": "Nobody"}}, 400),
        ({"json": [{"query": VIEWER}]}, 400),
        ({"json": "query"}, 400),
        ({"json": {}, "params": {"query": VIEWER}}, 400),
        ({"json": {"query": "{"}}, 400),
        ({"json": {"query": "{ nobody }"}}, 400),
        ({"data": "query=x", "headers": {"Content-Type": "application/x-www-form-urlencoded"}}, 415),
        ({"data": VIEWER, "headers": {"Content-Type": "text/plain"}}, 415),
        ({"data": "{}", "headers": {"Content-Type": "application/json; charset=utf-16"}}, 415),
        ({"json": {"query": VIEWER + " " * 1_000_001}}, 413),
        ({"json": {"query": VIEWER}, "headers": {"Accept": "image/png"}}, 406),
    ],
)
async def test_a_wrong_post_is_told_what_is_wrong(client: Client, request_: dict[str, Any], status: int) -> None:
    answer = await client.send("POST", **request_)
    assert answer.status == status
    assert answer.json["errors"][0]["message"]
    assert "data" not in answer.json


@pytest.mark.parametrize("charset", ["", "; charset=utf-8", '; charset="UTF-8"', ";charset=utf8", "; profile=x"])
async def test_json_is_in_utf8(client: Client, charset: str) -> None:
    body = '{"query": "{ viewer { role } } # \u00f6"}'.encode()
    answer = await client.send("POST", data=body, headers={"Content-Type": f"application/json{charset}"})
    assert (answer.status, answer.json) == (200, COORDINATOR)


async def test_of_a_post_the_body_counts_and_not_the_url(client: Client) -> None:
    answer = await client.send("POST", params={"query": "{ nobody }", "variables": "["}, json={"query": VIEWER})
    assert (answer.status, answer.json) == (200, COORDINATOR)


async def test_a_mutation_needs_post(client: Client) -> None:
    for method in ("GET", "HEAD"):
        answer = await client.send(method, params={"query": "mutation { acknowledgeAlert(id: 1) { __typename } }"})
        assert (answer.status, answer.headers["allow"]) == (405, "POST")


async def test_head_is_get_without_the_answer(client: Client) -> None:
    answers = [await client.send(method, params={"query": VIEWER}) for method in ("GET", "HEAD")]
    assert [answer.status for answer in answers] == [200, 200]
    assert answers[0].headers["content-type"] == answers[1].headers["content-type"]
    assert [bool(answer.text) for answer in answers] == [True, False]


async def test_what_is_acceptable_may_be_told_in_several_lines(client: Client) -> None:
    headers = [
        ("Accept", "image/png"),
        ("Accept", "application/json;q=0.5"),
        ("Authorization", f"Bearer {client.token}"),
    ]
    async with client.session.post(f"{client.url}/graphql", json={"query": VIEWER}, headers=headers) as response:
        assert (response.status, response.content_type) == (200, "application/json")


@pytest.mark.parametrize(
    "params",
    [{}, {"query": ""}, {"query": "{"}, {"query": VIEWER, "variables": "["}, {"query": VIEWER, "extensions": "1"}],
)
async def test_a_wrong_get_is_told_what_is_wrong(client: Client, params: dict[str, str]) -> None:
    answer = await client.send("GET", params=params)
    assert answer.status == 400
    assert answer.json["errors"][0]["message"]


async def test_the_older_media_type_knows_no_status_but_200_for_what_is_graphql(client: Client) -> None:
    older = {"Accept": "application/json"}
    assert (await client.send("POST", json={"query": "{ nobody }"}, headers=older)).status == 200
    assert (await client.send("POST", json={"query": 1}, headers=older)).status == 400


@pytest.mark.parametrize("method", ["PATCH", "OPTIONS", "TRACE"])
async def test_other_methods_are_not_allowed(client: Client, method: str) -> None:
    answer = await client.send(method, json={"query": VIEWER})
    assert answer.status == 405
    assert {"GET", "POST"} <= set(answer.headers["allow"].replace(" ", "").split(","))


@pytest.mark.parametrize("token", ["", "not.a.token"])
async def test_data_needs_a_token_that_verifies(client: Client, token: str) -> None:
    answer = await client.send("POST", json={"query": VIEWER}, token=token)
    assert (answer.status, answer.code) == (401, "UNAUTHENTICATED")
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.headers["content-type"].startswith(RESPONSE)


@pytest.mark.parametrize("query", ["{ __typename }", "{ __schema { queryType { name } } }"])
async def test_the_schema_is_public(client: Client, query: str) -> None:
    answer = await client.send("POST", json={"query": query}, token="")
    assert answer.status == 200
    assert "errors" not in answer.json


async def test_a_public_part_makes_the_rest_no_more_public(client: Client) -> None:
    answer = await client.send("POST", json={"query": "{ __typename viewer { role } }"}, token="")
    assert answer.code == "UNAUTHENTICATED"


async def test_a_browser_gets_graphiql(client: Client) -> None:
    browser = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    answer = await client.send("GET", token="", headers=browser)
    assert answer.headers["content-type"].startswith("text/html")
    assert "GraphiQL" in answer.text
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "://" not in policy


async def test_graphiqls_files_are_those_that_its_page_was_made_with(client: Client) -> None:
    """By the hashes that the page itself names."""
    page = (await client.send("GET", token="", headers={"Accept": "text/html"})).text
    files = re.findall(r'(?:src|href)="(/[^"]+)"\s+integrity="sha384-([^"]+)"', page)
    assert len(files) == len(re.findall(r'(?:src|href)="(?!data:)', page)) == 7
    for path, hash_ in files:
        for encoding in ("gzip", "identity"):
            async with client.session.get(client.url + path, headers={"Accept-Encoding": encoding}) as answer:
                assert answer.headers.get("content-encoding", "identity") == encoding
                assert b64encode(sha384(await answer.read()).digest()).decode() == hash_, path
    assert (await client.send("GET", "/graphiql/react@18.2.0/LICENSE")).status == 404


async def test_a_browser_gets_a_page_without_scripts_when_it_is_set(hosting: Hosting) -> None:
    async with (
        hosting([COMPONENT], GATEWAY_GRAPHIQL="false") as asker,
        serving(asker.host, port=0) as port,
        aiohttp.ClientSession() as session,
    ):
        answer = await Client(f"http://127.0.0.1:{port}", "", session).send("GET", headers={"Accept": "text/html"})
        files = await Client(f"http://127.0.0.1:{port}", "", session).send("GET", f"/graphiql/{addresses()[0]}")
    assert answer.headers["content-type"].startswith("text/html")
    assert ("<script" in answer.text, files.status) == (False, 404)


async def test_health_needs_no_token(client: Client) -> None:
    assert (await client.send("GET", "/healthz", token="")).status == 200


async def test_how_long_answers_take_is_told_to_prometheus(client: Client) -> None:
    before = await answers_counted(client)
    await client.send("POST", json={"query": VIEWER})
    assert await answers_counted(client) == before + 1


async def answers_counted(client: Client) -> float:
    text = (await client.send("GET", "/metrics", token="")).text
    (line,) = [line for line in text.splitlines() if line.startswith("nivaa_gateway_answer_seconds_count")]
    return float(line.split()[1])


async def test_running_the_month_without_billing_says_so(client: Client) -> None:
    answer = await client.send("POST", "/billing/run-monthly", json={"month": "2026-10"})
    assert (answer.status, answer.code) == (503, "UPSTREAM_UNAVAILABLE")


async def test_files_are_the_stores_own_business(client: Client, gateway: Asker) -> None:
    assert (await client.send("GET", "/files/none.pdf?for=money:read", token="")).status in {403, 404}
    await gateway.host.files.put_if_absent("a.pdf", b"%PDF", "application/pdf")
    link = await gateway.host.files.link("a.pdf", timedelta(minutes=5), "a.pdf", MONEY_READ)
    answer = await client.send("GET", link, token="")
    assert (answer.status, answer.text) == (200, "%PDF")


@pytest.mark.parametrize("reader", ["parent", "coordinator", "service", "", "nobody"])
async def test_a_link_of_a_frozen_workspace_is_shut_whenever_it_was_made(
    client: Client, gateway: Asker, reader: str
) -> None:
    await gateway.host.files.put_if_absent("a.pdf", b"%PDF", "application/pdf")
    link = await gateway.host.files.link("a.pdf", timedelta(minutes=5), "a.pdf", reader)
    answer = await client.send("GET", link, token="")
    assert (answer.status, answer.code) == (409, "MONEY_FROZEN")
    forged = await client.send("GET", link.replace(f"for={reader}", "for=money%3Aread"), token="")
    assert (forged.status, "%PDF" in forged.text) == (403, False)
