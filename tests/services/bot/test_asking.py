"""What the bot makes of each way in which a gateway can answer, or not: a server on loopback that does all of them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import msgspec
import pytest
from aiohttp import web

from services.bot.asking import Gateway
from services.bot.domain.languages import Language
from services.bot.reads import LinkedPerson
from shared.auth.keys import KeyFile
from shared.auth.tokens import TokenIssuer, TokenVerifier
from shared.auth.viewer import Role
from shared.clock import SystemClock
from shared.errors import Forbidden, NivaaError, NotFound, UpstreamUnavailable
from shared.runtime.peers import HttpPeer

ASHA = LinkedPerson("0192", Role.PARENT, Language.ENGLISH)


class _Answer(msgspec.Struct, frozen=True):
    name: str


Handle = Callable[[web.Request], Awaitable[web.Response]]


@pytest.fixture
def keys(tmp_path: Path) -> KeyFile:
    return KeyFile.open(tmp_path / "keys.json")


@pytest.fixture
def issuer(keys: KeyFile) -> TokenIssuer:
    return TokenIssuer(keys.signing_key, "issuer", "nivaa")


@asynccontextmanager
async def gateway_that(handle: Handle, issuer: TokenIssuer, patience_seconds: float) -> AsyncIterator[Gateway]:
    app = web.Application()
    app.router.add_post("/graphql", handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        async with aiohttp.ClientSession() as session:
            peer = HttpPeer(f"http://127.0.0.1:{runner.addresses[0][1]}", session)
            yield Gateway(peer, issuer, patience_seconds=patience_seconds)
    finally:
        await runner.cleanup()


def answering(body: str, status: int = 200) -> Handle:
    async def handle(_: web.Request) -> web.Response:
        return web.Response(text=body, status=status, content_type="application/json")

    return handle


def refusing(*codes: str) -> Handle:
    errors = ", ".join(f'{{"message": "no", "extensions": {{"code": "{code}"}}}}' for code in codes)
    return answering(f'{{"data": {{"name": "Asha"}}, "errors": [{errors}]}}')


async def asked(handle: Handle, issuer: TokenIssuer, patience_seconds: float = 30) -> _Answer:
    async with gateway_that(handle, issuer, patience_seconds) as gateway:
        return await gateway.ask(ASHA, "lots", {"parent": ASHA.subject}, _Answer)


async def test_it_is_asked_as_the_person_by_the_bot_with_a_token_that_soon_ends(
    keys: KeyFile, issuer: TokenIssuer
) -> None:
    seen: list[str] = []

    async def handle(request: web.Request) -> web.Response:
        seen.append(request.headers["Authorization"].removeprefix("Bearer "))
        return web.json_response({"data": {"name": "Asha"}})

    assert await asked(handle, issuer) == _Answer("Asha")
    now = SystemClock().now()
    viewer = await TokenVerifier(keys, "issuer", "nivaa").verify(seen[0], now)
    assert (viewer.subject, viewer.role, viewer.actor, viewer.scopes) == (ASHA.subject, Role.PARENT, "bot", frozenset())
    assert viewer.known_until is not None
    assert (viewer.known_until - now).total_seconds() <= 90


@pytest.mark.parametrize(
    ("handle", "error"),
    [
        (refusing("NOT_FOUND"), NotFound),
        (refusing("INVALID_INPUT"), NotFound),
        (refusing("FORBIDDEN", "NOT_FOUND"), Forbidden),
        (refusing("NOT_FOUND", "UPSTREAM_UNAVAILABLE"), UpstreamUnavailable),
        (refusing("INTERNAL"), UpstreamUnavailable),
        (answering('{"errors": [{"message": "no code"}]}'), UpstreamUnavailable),
        (answering('{"errors": [{"message": "unauthenticated"}]}', 401), UpstreamUnavailable),
        (answering('{"data": null}'), UpstreamUnavailable),
        (answering('{"data": {"name": 1}}'), UpstreamUnavailable),
        (answering("<h1>Bad Gateway</h1>", 502), UpstreamUnavailable),
        (answering(""), UpstreamUnavailable),
    ],
)
async def test_each_refusal_is_told_apart_from_trouble(
    handle: Handle, error: type[NivaaError], issuer: TokenIssuer
) -> None:
    with pytest.raises(error):
        await asked(handle, issuer)


async def test_one_that_takes_too_long_is_not_waited_for(issuer: TokenIssuer) -> None:
    async def handle(_: web.Request) -> web.Response:
        await asyncio.Event().wait()
        raise AssertionError

    with pytest.raises(UpstreamUnavailable, match="too long"):
        await asked(handle, issuer, patience_seconds=0.5)
