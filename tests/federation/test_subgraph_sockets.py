"""Subscriptions at a subgraph that has sockets and no event streams: strawberry's own server, as it comes."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import strawberry
from aiohttp import web
from aiohttp.test_utils import TestServer
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp
from strawberry.asgi import GraphQL

from services.gateway.settings import GatewaySettings
from services.gateway.standalone import Standalone
from shared.runtime.serving import serving
from tests.eventually import eventually
from tests.federation.over_http import gateway_over, subgraphs_of
from tests.federation.shop import Shop
from tests.federation.word_for_word import http, says, word_for_word
from tests.streams import event_source

TITLES = "subscription { reviewed { body product { title } } }"


@strawberry.type
class Product:
    sku: strawberry.ID


@strawberry.type
class Review:
    body: str | None
    product: Product


@strawberry.type
class Query:
    nothing: int = 0


class Reviews:
    """What is told of it, and what it was told."""

    def __init__(self) -> None:
        self.is_open = False
        self.tokens: list[Any] = []
        self.fails = False
        self.ends = asyncio.Event()

    async def stream(self, info: strawberry.Info) -> AsyncGenerator[Review, None]:
        handshake: HTTPConnection = info.context["request"]
        self.tokens += [info.context["connection_params"].get("authorization"), handshake.headers["authorization"]]
        self.is_open = True
        try:
            for sku in ("p1", "p2"):
                if self.fails:
                    raise ValueError("no more reviews")
                yield Review(body=f"about {sku}", product=Product(sku=strawberry.ID(sku)))
            await self.ends.wait()
        finally:
            self.is_open = False

    @property
    def app(self) -> ASGIApp:
        reviews = self

        @strawberry.type
        class Subscription:
            @strawberry.subscription
            async def reviewed(self, info: strawberry.Info) -> AsyncGenerator[Review, None]:
                async for review in reviews.stream(info):
                    yield review

        return GraphQL(strawberry.Schema(Query, subscription=Subscription))


@asynccontextmanager
async def reviewed(reviews: Reviews, folder: Path) -> AsyncIterator[aiohttp.ClientSession]:
    async with (
        serving(Standalone(GatewaySettings(), reviews.app, asyncio.Event()), port=0) as port,
        subgraphs_of(Shop(), [], reviews=f"http://127.0.0.1:{port}") as sdl,
        gateway_over(folder / "supergraph.graphql", sdl) as client,
    ):
        yield client


async def test_events_come_with_their_entities_until_they_are_complete(tmp_path: Path) -> None:
    reviews = Reviews()
    async with reviewed(reviews, tmp_path) as client, event_source(client, "", "theirs", TITLES) as source:
        told = [(await source.next())["data"]["reviewed"] for _ in range(2)]
        reviews.ends.set()
        await source.complete()
    assert told == [
        {"body": "about p1", "product": {"title": "Chair"}},
        {"body": "about p2", "product": {"title": "Table"}},
    ]
    assert reviews.tokens == ["Bearer theirs"] * 2


async def test_who_leaves_ends_it_there_too(tmp_path: Path) -> None:
    reviews = Reviews()
    async with reviewed(reviews, tmp_path) as client:
        async with event_source(client, "", "", TITLES) as source:
            await source.next()
            assert reviews.is_open
        await eventually(lambda: not reviews.is_open)


@pytest.mark.filterwarnings("ignore")
async def test_an_error_is_told(tmp_path: Path) -> None:
    reviews = Reviews()
    reviews.fails = True
    async with reviewed(reviews, tmp_path) as client, event_source(client, "", "", TITLES) as source:
        answer = await source.next()
        await source.complete()
    assert answer["data"] is None
    assert [error["message"] for error in answer["errors"]] == ["no more reviews"]


async def test_where_there_are_no_sockets_either_the_first_answer_counts(tmp_path: Path) -> None:
    refusal = http(b'{"errors": [{"message": "no", "extensions": {"code": "FORBIDDEN"}}]}', "403 Forbidden")
    async with (
        word_for_word(says(refusal, hangs_up=True)) as server,
        subgraphs_of(Shop(), [], reviews=server.url) as sdl,
        gateway_over(tmp_path / "supergraph.graphql", sdl) as client,
        event_source(client, "", "", TITLES) as source,
    ):
        answer = await source.next()
        await source.complete()
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["FORBIDDEN"]


async def test_a_socket_that_breaks_is_a_stream_that_broke_off(tmp_path: Path) -> None:
    async def breaking(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(protocols=("graphql-transport-ws",))
        await socket.prepare(request)
        assert (await socket.receive_json())["type"] == "connection_init"
        await socket.send_json({"type": "ping"})
        assert await socket.receive_json() == {"type": "pong"}
        await socket.send_json({"type": "connection_ack"})
        asked = await socket.receive_json()
        review = {"body": "about p1", "product": {"sku": "p1"}}
        await socket.send_json({"type": "next", "id": asked["id"], "payload": {"data": {"reviewed": review}}})
        await socket.close(code=1011)
        return socket

    app = web.Application()
    app.router.add_get("/graphql", breaking)
    async with (
        TestServer(app) as server,
        subgraphs_of(Shop(), [], reviews=str(server.make_url("")).rstrip("/")) as sdl,
        gateway_over(tmp_path / "supergraph.graphql", sdl) as client,
        event_source(client, "", "", TITLES) as source,
    ):
        assert (await source.next())["data"]["reviewed"]["product"] == {"title": "Chair"}
        broken = await source.next()
        await source.complete()
    assert [error["extensions"]["code"] for error in broken["errors"]] == ["UPSTREAM_UNAVAILABLE"]
