"""Who is refused, at the gateway and at every service called by itself: the code, and that nothing changed."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest

from services.embedded import COMPONENTS
from shared.auth.keys import KeyFile
from shared.database.database import Database
from shared.runtime.peers import InProcessPeer, PeerResponse
from tests.asking import Asker
from tests.conftest import Hosting
from tests.services.gateway.forgeries import FORGERIES, now, signed

SERVICES = [component.name for component in COMPONENTS]
MUTATIONS = {
    "packages": 'mutation { createParent(input: { name: "Mallory" }) { parent { id } } }',
    "billing": 'mutation { openCycle(month: "2026-01") { billingCycle { id } } }',
    "invoicing": 'mutation { voidInvoice(input: { invoiceId: "1", reason: "x" }) { invoice { id } } }',
    "bot": "mutation { createTelegramLink { url } }",
    "gateway": 'mutation { createParent(input: { name: "Mallory" }) { parent { id } } }',
}
ROWS = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"


@pytest.fixture
async def everything(hosting: Hosting) -> AsyncIterator[Asker]:
    async with hosting(COMPONENTS) as asker:
        yield asker


async def rows(asker: Asker) -> dict[str, dict[str, int]]:
    """How many each table of each service has."""
    return {name: await _counts(database) for name, database in asker.host.databases.items()}


async def _counts(database: Database) -> dict[str, int]:
    tables = [row["name"] for row in await database.rows(ROWS)]
    counts = [await database.row(f'SELECT count(*) AS rows FROM "{table}"') for table in tables]  # noqa: S608
    return {table: count["rows"] for table, count in zip(tables, counts, strict=True) if count}


async def send(asker: Asker, service: str, authorization: str | None, body: bytes | None = None) -> PeerResponse:
    headers = {"content-type": "application/json"}
    if authorization is not None:
        headers["authorization"] = authorization
    body = body or json.dumps({"query": MUTATIONS[service]}).encode()
    return await InProcessPeer(service, asker.host.apps.__getitem__).request("POST", "/graphql", headers, body)


def code_of(response: PeerResponse) -> str:
    code: str = json.loads(response.body)["errors"][0]["extensions"]["code"]
    return code


def claims() -> dict[str, Any]:
    at = now()
    return {
        "iss": "https://nivaa.invalid",
        "aud": "nivaa",
        "sub": "0190d3c0-0000-7000-8000-000000000001",
        "role": "coordinator",
        "iat": at,
        "nbf": at,
        "exp": at + 600,
    }


async def test_a_token_that_does_not_verify_is_refused_and_changes_nothing(everything: Asker) -> None:
    key = KeyFile.open(everything.host.settings.key_file).signing_key
    before = await rows(everything)
    for name, forge in FORGERIES.items():
        await is_refused_everywhere(everything, f"Bearer {forge(key, claims())}", name)
    assert await rows(everything) == before
    for service in SERVICES:  # the token that they are all made from is a good one
        response = await send(everything, service, f"Bearer {signed(key, claims())}", b'{"query": "{"}')
        assert code_of(response) == "GRAPHQL_INVALID", service


async def is_refused_everywhere(asker: Asker, authorization: str | None, name: str) -> None:
    for service in SERVICES:
        response = await send(asker, service, authorization)
        assert (response.status, code_of(response)) == (401, "UNAUTHENTICATED"), (name, service)
        assert response.headers["www-authenticate"] == "Bearer", (name, service)
        assert b"data" not in response.body, (name, service)


async def test_no_token_is_refused(everything: Asker) -> None:
    before = await rows(everything)
    for authorization in (None, "", "Bearer", "Bearer ", "Basic dXNlcjpwYXNz", "bearer\t", "Bearer,x", "Token x"):
        await is_refused_everywhere(everything, authorization, repr(authorization))
    assert await rows(everything) == before


async def test_the_ends_of_a_token_leave_half_a_minute_for_clocks(everything: Asker) -> None:
    key = KeyFile.open(everything.host.settings.key_file).signing_key
    at = int(datetime.now(UTC).timestamp())
    for changed in ({"exp": at - 10}, {"nbf": at + 10}):
        response = await send(everything, "packages", f"Bearer {signed(key, {**claims(), **changed})}")
        assert response.status == 200
