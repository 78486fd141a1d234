"""An issuer's published keys, fetched from a real HTTP server on loopback."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web
from joserfc.jwk import ECKey, OctKey, RSAKey

from shared.auth.keys import JwksUrl, UnknownKey
from shared.errors import UpstreamUnavailable


def public(kid: str) -> dict[str, Any]:
    return dict(ECKey.generate_key("P-256", {"kid": kid}).as_dict(private=False))


@dataclass
class Issuer:
    """Publishes keys, counts its visitors, and can be down."""

    keys: list[dict[str, Any]] = field(default_factory=lambda: [public("k1")])
    status: int = 200
    visits: int = 0
    visited: asyncio.Event = field(default_factory=asyncio.Event)
    doors: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.doors.set()

    async def answer(self, _: web.Request) -> web.Response:
        self.visits += 1
        self.visited.set()
        await self.doors.wait()
        return web.json_response({"keys": self.keys}, status=self.status)


@dataclass
class Stopwatch:
    seconds: float = 0

    def __call__(self) -> float:
        return self.seconds


@dataclass
class Scene:
    issuer: Issuer
    stopwatch: Stopwatch
    source: JwksUrl

    async def knows(self, kid: str) -> bool:
        try:
            return (await self.source.key_for(kid)).kid == kid
        except UnknownKey:
            return False


@pytest_asyncio.fixture
async def scene() -> AsyncIterator[Scene]:
    issuer, stopwatch, app = Issuer(), Stopwatch(), web.Application()
    app.router.add_get("/jwks.json", issuer.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    async with aiohttp.ClientSession() as http:
        yield Scene(issuer, stopwatch, JwksUrl(f"http://127.0.0.1:{port}/jwks.json", http, stopwatch))
    await runner.cleanup()


async def test_keys_are_fetched_once_in_ten_minutes(scene: Scene) -> None:
    assert [await scene.knows("k1") for _ in range(3)] == [True] * 3
    assert scene.issuer.visits == 1
    scene.stopwatch.seconds = 601
    assert await scene.knows("k1")
    assert scene.issuer.visits == 2


async def test_a_new_key_is_found_but_made_up_ids_cost_one_fetch_in_thirty_seconds(scene: Scene) -> None:
    assert await scene.knows("k1")
    scene.issuer.keys.append(public("k2"))
    scene.stopwatch.seconds = 29
    assert not await scene.knows("k2")
    assert scene.issuer.visits == 1
    scene.stopwatch.seconds = 30
    assert await scene.knows("k2")
    assert not any([await scene.knows(f"made-up-{n}") for n in range(20)])
    assert scene.issuer.visits == 2


async def test_a_withdrawn_key_stops_working_when_the_cache_ends(scene: Scene) -> None:
    assert await scene.knows("k1")
    scene.issuer.keys = [public("k2")]
    scene.stopwatch.seconds = 601
    assert not await scene.knows("k1")


async def test_known_keys_outlive_an_issuer_that_is_down(scene: Scene) -> None:
    assert await scene.knows("k1")
    scene.issuer.status = 503
    scene.stopwatch.seconds = 601
    assert await scene.knows("k1")


async def test_without_any_key_nobody_can_be_judged_until_the_issuer_is_back(scene: Scene) -> None:
    scene.issuer.status = 503
    with pytest.raises(UpstreamUnavailable):
        await scene.source.key_for("k1")
    scene.issuer.status = 200
    with pytest.raises(UpstreamUnavailable):
        await scene.source.key_for("k1")
    scene.stopwatch.seconds = 1
    assert await scene.knows("k1")
    assert scene.issuer.visits == 2


async def test_only_keys_for_es256_count(scene: Scene) -> None:
    scene.issuer.keys = [
        public("good"),
        {**public("broken"), "x": "AAAA"},
        {**public("for-encryption"), "use": "enc"},
        {**public("other-algorithm"), "alg": "ES384"},
        dict(RSAKey.generate_key(2048, {"kid": "rsa"}).as_dict(private=False)),
        dict(OctKey.generate_key(256, {"kid": "secret"}).as_dict()),
        dict(ECKey.generate_key("P-384", {"kid": "other-curve"}).as_dict(private=False)),
    ]
    assert {key["kid"] for key in scene.issuer.keys if await scene.knows(key["kid"])} == {"good"}


async def test_who_waits_waits_for_the_same_fetch(scene: Scene) -> None:
    assert await asyncio.gather(*(scene.knows(kid) for kid in ["k1", "k2", "k1"] * 10)) == [True, False, True] * 10
    assert scene.issuer.visits == 1


async def test_one_waiter_that_leaves_takes_the_fetch_from_nobody(scene: Scene) -> None:
    scene.issuer.doors.clear()
    waiting = [asyncio.create_task(scene.knows("k1")) for _ in range(2)]
    await scene.issuer.visited.wait()
    waiting[0].cancel()
    scene.issuer.doors.set()
    assert await waiting[1]
    assert scene.issuer.visits == 1


async def test_an_unknown_key_is_not_judged_while_the_issuer_is_down(scene: Scene) -> None:
    assert await scene.knows("k1")
    scene.issuer.status, scene.stopwatch.seconds = 500, 40
    with pytest.raises(UpstreamUnavailable):
        await scene.source.key_for("k2")
    assert await scene.knows("k1")
    scene.issuer.status, scene.stopwatch.seconds = 200, 42
    assert not await scene.knows("k2")


async def test_known_keys_wait_for_no_issuer_that_has_failed(scene: Scene) -> None:
    assert await scene.knows("k1")
    scene.issuer.status, scene.stopwatch.seconds = 503, 601
    assert await scene.knows("k1")
    scene.stopwatch.seconds = 603
    scene.issuer.visited.clear()
    scene.issuer.doors.clear()
    assert await scene.knows("k1")
    await scene.issuer.visited.wait()
    scene.issuer.doors.set()
    with pytest.raises(UpstreamUnavailable):
        await scene.source.key_for("k2")
