"""What packages takes when it is called by itself; every service has the same from what they share."""

import json
from collections.abc import AsyncIterator

import pytest

from services.packages.component import COMPONENT
from shared.runtime.peers import InProcessPeer, PeerResponse
from tests.asking import Asker
from tests.conftest import Hosting

BOMB = "{ parents { nodes { ...F0 } } } " + " ".join(
    f"fragment F{n} on Parent {{ a{n}: name ...F{n + 1} b{n}: name ...F{n + 1} }}" for n in range(30)
)
LOTS = "sessionPackages(first: 100) { nodes { movements(first: 1000) { nodes { kind } } } }"
PAGES = f"{{ parents(first: 100) {{ nodes {{ {LOTS} }} }} }}"


@pytest.fixture
def database_kind() -> str:
    """Nothing gets as far as a database."""
    return "sqlite"


@pytest.fixture
async def packages(hosting: Hosting) -> AsyncIterator[Asker]:
    async with hosting([COMPONENT]) as asker:
        yield asker


async def post(asker: Asker, body: bytes) -> PeerResponse:
    headers = {"content-type": "application/json", "authorization": f"Bearer {asker.token()}"}
    return await InProcessPeer("packages", asker.host.apps.__getitem__).request("POST", "/graphql", headers, body)


async def code(asker: Asker, body: bytes) -> str:
    response = await post(asker, body)
    assert response.status < 500, response.body[:200]
    code: str = json.loads(response.body)["errors"][0]["extensions"]["code"]
    return code


@pytest.mark.parametrize(
    "query",
    [
        "{ parents { nodes { " + "name " * 600 + "} } }",
        BOMB + " fragment F30 on Parent { name }",
        PAGES,
        "{ " + "parents { nodes { children { parent { " * 8 + "name" + " } } } }" * 8 + " }",
        "{ " + " ".join(f"a{n}: parents {{ totalCount }}" for n in range(201)) + " }",
        "{ parents " + "{ nodes " * 900 + "}" * 900 + " }",
        "{ __typename " + "@include(if: true) " * 4_000 + "}",
        "{ parents(first: " + "9" * 5_000 + ") { totalCount } ...F0 }" + BOMB,
    ],
    ids=["pairs", "spreads", "pages", "depth", "aliases", "braces", "tokens", "spreads beside a number without end"],
)
async def test_an_operation_that_is_too_large(packages: Asker, query: str) -> None:
    assert await code(packages, json.dumps({"query": query}).encode()) == "TOO_COMPLEX"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"[" * 100_000, "INVALID_INPUT"),
        (b"\xff", "INVALID_INPUT"),
        (b"{", "INVALID_INPUT"),
        (b"{}", "INVALID_INPUT"),
        (b"[]", "INVALID_INPUT"),
        (b'{"query": "{"}', "GRAPHQL_INVALID"),
        (b'{"query": "{ nobody }"}', "GRAPHQL_INVALID"),
    ],
)
async def test_what_is_no_request(packages: Asker, body: bytes, expected: str) -> None:
    assert await code(packages, body) == expected


async def test_the_schema_may_be_kept_to_oneself(hosting: Hosting) -> None:
    async with hosting([COMPONENT], NIVAA_INTROSPECTION="false") as asker:
        for query in (
            "{ __schema { queryType { name } } }",
            "{ _service { sdl } }",
            '{ ... { __type(name: "Q") { name } } }',
        ):
            assert await code(asker, json.dumps({"query": query}).encode()) == "INTROSPECTION_OFF"
        assert b"data" in (await post(asker, b'{"query": "{ __typename }"}')).body
