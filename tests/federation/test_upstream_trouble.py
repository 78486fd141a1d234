"""Whatever one subgraph does over real HTTP costs its own fields, and the rest of the answer comes."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from services.gateway import subgraph_peers
from tests.eventually import eventually
from tests.federation.over_http import asked, gateway_over, subgraphs_of
from tests.federation.shop import Shop
from tests.federation.word_for_word import Conduct, drips, hangs, http, says, word_for_word

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
    "hangs": hangs,
    "drips": drips(http(RATED), seconds=0.02),
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

ENDLESS = (TROUBLE["hangs"], TROUBLE["drips"])


@pytest.mark.parametrize("conduct", TROUBLE.values(), ids=TROUBLE)
async def test_its_fields_are_null_and_the_rest_comes(
    tmp_path: Path, conduct: Conduct, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subgraph_peers, "MOST_ANSWER_BYTES", 5_000)
    answer = await answer_with(tmp_path, conduct)
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
async def test_a_value_of_another_type_is_none(tmp_path: Path, entities: bytes, wrong: list[int]) -> None:
    answer = await answer_with(tmp_path, says(http(b'{"data": {"_entities": ' + entities + b"}}")))
    ratings = [None if index in wrong else rating for index, rating in enumerate([4.5, 2.0])]
    assert [product["rating"] for product in answer["data"]["products"]] == ratings
    places = [(["products", index, "rating"], "UPSTREAM_UNAVAILABLE") for index in wrong]
    assert [place_of(error) for error in answer["errors"]] == places


@pytest.mark.parametrize(
    "path",
    ['"_entities"', "[{}]", '["_entities", {}]', '["_entities", 9, "rating"]', '["_entities", -1]', "[null]", "7"],
)
async def test_an_error_with_a_path_that_leads_nowhere_is_told_all_the_same(tmp_path: Path, path: str) -> None:
    errors = f', "errors": [{{"message": "by the way", "path": {path}}}]}}'.encode()
    answer = await answer_with(tmp_path, says(http(RATED[:-1] + errors)))
    assert [product["rating"] for product in answer["data"]["products"]] == [4.5, 2.0]
    assert [error["message"] for error in answer["errors"]] == ["by the way"]


async def test_nobody_listens(tmp_path: Path) -> None:
    async with word_for_word(hangs) as server:
        url = server.url
    async with subgraphs_of(Shop(), [], reviews=url) as sdl, gateway_over(tmp_path / "sdl.graphql", sdl) as client:
        answer = await asked(client, QUERY)
    assert [place_of(error) for error in answer["errors"]] == [UNAVAILABLE]


async def test_a_client_that_leaves_takes_what_is_asked_for_it_along(tmp_path: Path) -> None:
    async with (
        word_for_word(hangs) as server,
        subgraphs_of(Shop(), [], reviews=server.url) as sdl,
        gateway_over(tmp_path / "sdl.graphql", sdl) as client,
    ):
        asking = asyncio.create_task(asked(client, QUERY))
        await eventually(lambda: bool(server.requests))
        assert server.left == 0
        asking.cancel()
        await eventually(lambda: server.left == 1)


async def answer_with(folder: Path, conduct: Conduct) -> Any:
    """While the service for reviews behaves so."""
    patience = 1 if conduct in ENDLESS else 30
    async with (
        word_for_word(conduct) as server,
        subgraphs_of(Shop(), [], reviews=server.url) as sdl,
        gateway_over(folder / "sdl.graphql", sdl, GATEWAY_SUBGRAPH_TIMEOUT_SECONDS=patience) as client,
    ):
        return await asked(client, QUERY)


def place_of(error: dict[str, Any]) -> tuple[Any, Any]:
    return error.get("path"), error.get("extensions", {}).get("code")
