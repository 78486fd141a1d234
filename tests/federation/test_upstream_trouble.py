"""Whatever one subgraph does over real HTTP costs its own fields, and the rest of the answer comes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from socket import socket
from typing import Any
from unittest.mock import patch

import aiohttp
import pytest
import pytest_asyncio

from services.gateway import subgraph_peers
from tests.eventually import eventually
from tests.federation.over_http import asked, gateway_over, subgraphs_of
from tests.federation.shop import Shop
from tests.federation.word_for_word import Conduct, Server, drips, hangs, http, says, word_for_word

pytestmark = pytest.mark.asyncio(loop_scope="module")

QUERY = "{ products(first: 2) { title rating inStock } me { name } }"
UNAVAILABLE = (["products", 0, "rating"], "UPSTREAM_UNAVAILABLE")
RATED = b'{"data": {"_entities": [{"rating": 4.5}, {"rating": 2.0}]}}'

TROUBLE: dict[str, Conduct] = {
    "hangs up at once": says(hangs_up=True),
    "hangs up when it has read": says(b"", hangs_up=True),
    "status 500": says(http(RATED, "500 Internal Server Error")),
    "status 503 in HTML": says(http(b"<h1>Sorry</h1>", "503 Service Unavailable", "content-type: text/html")),
    "status 404 in HTML": says(http(b"<h1>Not Found</h1>", "404 Not Found", "content-type: text/html")),
    "a redirection": says(http(RATED, "307 Temporary Redirect", "location: http://127.0.0.1:9/graphql")),
    "no content": says(b"HTTP/1.1 204 No Content\r\n\r\n"),
    "no HTTP": says(b"SSH-2.0-OpenSSH_9.2\r\n", hangs_up=True),
    "no JSON": says(http(b"<html>")),
    "nothing": says(http(b"")),
    "half a JSON": says(http(RATED[:-10])),
    "half an answer": says(http(RATED)[:-10], hangs_up=True),
    "half a chunk": says(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n40\r\n{", hangs_up=True),
    "bytes that are no text": says(http(b'{"data": "\xff"}')),
    "compressed unasked": says(http(b"\x1f\x8b\x08", "200 OK", "content-encoding: gzip")),
    "brackets without end": says(http(b'{"data": ' + b"[" * 4_000)),
    "too large": says(http(RATED + b" " * 10_000)),
    "too large, and nobody knows how large": says(b"HTTP/1.1 200 OK\r\n\r\n" + RATED + b" " * 10_000, hangs_up=True),
    "a list": says(http(b"[]")),
    "data that is a list": says(http(b'{"data": []}')),
    "data that is text": says(http(b'{"data": "none"}')),
    "no data": says(http(b'{"data": null}')),
    "neither data nor errors": says(http(b'{"extensions": {}}')),
    "errors that are an object": says(http(RATED[:-1] + b', "errors": {"message": "no"}}')),
    "errors that are text": says(http(b'{"data": null, "errors": "no"}')),
    "errors that are no errors": says(http(b'{"data": null, "errors": ["no"]}')),
    "no entities": says(http(b'{"data": {}}')),
    "entities that are one": says(http(b'{"data": {"_entities": {"rating": 4.5}}}')),
    "too few entities": says(http(b'{"data": {"_entities": [{"rating": 4.5}]}}')),
}

ENDLESS = {"hangs": hangs, "drips": drips(http(RATED), seconds=0.1)}


@dataclass
class Reviews:
    """The gateway's client, and the service for reviews, which behaves as it is told."""

    client: aiohttp.ClientSession
    server: Server

    async def answer_while(self, conduct: Conduct) -> Any:
        """A connection kept from another test ends with the request, which is sent again on a fresh one."""
        self.server.conducts[:] = [conduct]
        return await asked(self.client, QUERY)


@asynccontextmanager
async def reviewed(folder: Path, **settings: float) -> AsyncIterator[Reviews]:
    async with (
        word_for_word(hangs) as server,
        subgraphs_of(Shop(), [], reviews=server.url) as sdl,
        gateway_over(folder / "supergraph.graphql", sdl, **settings) as client,
    ):
        yield Reviews(client, server)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def reviews(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Reviews]:
    with patch.object(subgraph_peers, "MOST_ANSWER_BYTES", 5_000):
        async with reviewed(tmp_path_factory.mktemp("trouble")) as opened:
            yield opened


@pytest.mark.parametrize("conduct", TROUBLE.values(), ids=TROUBLE)
async def test_its_fields_are_null_and_the_rest_comes(reviews: Reviews, conduct: Conduct) -> None:
    without_ratings(await reviews.answer_while(conduct))


@pytest.mark.parametrize("conduct", ENDLESS.values(), ids=ENDLESS)
async def test_it_is_waited_for_so_long_and_no_longer(tmp_path: Path, conduct: Conduct) -> None:
    async with reviewed(tmp_path, GATEWAY_SUBGRAPH_TIMEOUT_SECONDS=3) as reviews:
        without_ratings(await reviews.answer_while(conduct))


def without_ratings(answer: Any) -> None:
    assert answer["data"]["me"] == {"name": "Asha"}
    assert answer["data"]["products"] == [
        {"title": "Chair", "rating": None, "inStock": 3},
        {"title": "Table", "rating": None, "inStock": 4},
    ]
    assert [place_of(error) for error in answer["errors"]] == [UNAVAILABLE]


WRONG_VALUES: dict[str, tuple[bytes, list[Any]]] = {
    "text for a number": (b'[{"rating": "good"}, {"rating": 2.0}]', [0]),
    "a list for a number": (b'[{"rating": [4.5]}, {"rating": 2.0}]', [0]),
    "a truth for a number": (b'[{"rating": true}, {"rating": {}}]', [0, 1]),
    "numbers for objects": (b"[4.5, 2.0]", [0, 1]),
}


@pytest.mark.parametrize(("entities", "wrong"), WRONG_VALUES.values(), ids=WRONG_VALUES)
async def test_a_value_of_another_type_is_none(reviews: Reviews, entities: bytes, wrong: list[int]) -> None:
    answer = await reviews.answer_while(says(http(b'{"data": {"_entities": ' + entities + b"}}")))
    ratings = [None if index in wrong else rating for index, rating in enumerate([4.5, 2.0])]
    assert [product["rating"] for product in answer["data"]["products"]] == ratings
    places = [(["products", index, "rating"], "UPSTREAM_UNAVAILABLE") for index in wrong]
    assert [place_of(error) for error in answer["errors"]] == places


@pytest.mark.parametrize(
    "path",
    ['"_entities"', "[{}]", '["_entities", {}]', '["_entities", 9, "rating"]', '["_entities", -1]', "[null]", "7"],
)
async def test_an_error_with_a_path_that_leads_nowhere_is_told_all_the_same(reviews: Reviews, path: str) -> None:
    errors = f', "errors": [{{"message": "by the way", "path": {path}}}]}}'.encode()
    answer = await reviews.answer_while(says(http(RATED[:-1] + errors)))
    assert [product["rating"] for product in answer["data"]["products"]] == [4.5, 2.0]
    assert [error["message"] for error in answer["errors"]] == ["by the way"]


async def test_nobody_listens(tmp_path: Path) -> None:
    with socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{deaf.getsockname()[1]}"
        async with subgraphs_of(Shop(), [], reviews=url) as sdl, gateway_over(tmp_path / "sdl.graphql", sdl) as client:
            answer = await asked(client, QUERY)
    assert [place_of(error) for error in answer["errors"]] == [UNAVAILABLE]


async def test_a_client_that_leaves_takes_what_is_asked_for_it_along(tmp_path: Path) -> None:
    async with reviewed(tmp_path) as reviews:
        asking = asyncio.create_task(reviews.answer_while(hangs))
        await eventually(lambda: bool(reviews.server.requests))
        assert reviews.server.left == 0
        asking.cancel()
        await eventually(lambda: reviews.server.left == 1)


def place_of(error: dict[str, Any]) -> tuple[Any, Any]:
    return error.get("path"), error.get("extensions", {}).get("code")
