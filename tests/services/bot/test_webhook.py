"""Updates that Telegram sends: only with the secret, each once, answered at once."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest

from services.bot.component import COMPONENT as BOT
from services.bot.http import SECRET_HEADER, WEBHOOK
from services.bot.settings import BotSettings
from services.gateway.component import COMPONENT as GATEWAY
from shared.runtime.peers import InProcessPeer
from shared.runtime.serving import serving
from shared.runtime.settings import load_settings
from tests.bot_api.server import TOKEN, BotApi, Webhook
from tests.conftest import Hosting
from tests.services.bot.conftest import PARENT, Scene, Staging, said

SECRET = "a-secret_that-Telegram-shows"
URL = "https://billing.example/telegram/webhook"


@pytest.fixture
async def hooked(staging: Staging) -> AsyncIterator[Scene]:
    async with hooking(staging) as scene:
        yield scene


@asynccontextmanager
async def hooking(staging: Staging) -> AsyncIterator[Scene]:
    async with staging(NIVAA_BOT_WEBHOOK_URL=URL, NIVAA_BOT_WEBHOOK_SECRET=SECRET) as scene:
        await scene.api.calls_of("setWebhook", 1)
        yield scene


async def post(scene: Scene, body: object, **headers: str) -> int:
    peer = InProcessPeer("bot", scene.asker.host.apps.__getitem__)
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return (await peer.request("POST", WEBHOOK, headers, raw)).status


async def send(scene: Scene, update: dict[str, Any], secret: str = SECRET) -> int:
    return await post(scene, update, **{SECRET_HEADER: secret})


def written(scene: Scene, chat_id: int, text: str) -> dict[str, Any]:
    return scene.api.update(chat_id, {"text": text})


async def stored(scene: Scene) -> int:
    count: int = await scene.database.value("SELECT count(*) FROM telegram_update")
    return count


async def test_it_is_registered_with_its_secret_and_nothing_is_polled(hooked: Scene) -> None:
    assert hooked.api.webhook == Webhook(URL, SECRET)
    assert "getupdates" not in hooked.api.calls


async def test_what_is_written_is_answered(hooked: Scene) -> None:
    assert await send(hooked, written(hooked, 7, f"/start {await hooked.secret(PARENT)}")) == 200
    assert (await hooked.api.messages(7))[0].startswith(said("welcome"))


async def test_an_update_takes_effect_once_however_often_it_is_sent(hooked: Scene) -> None:
    again = written(hooked, 7, "/help")
    assert [await send(hooked, again) for _ in range(3)] == [200] * 3
    await hooked.api.messages(7)
    assert await send(hooked, again) == 200
    assert await send(hooked, written(hooked, 7, "/mypay")) == 200
    assert await hooked.api.messages(7, 2) == [said("not-linked")] * 2
    assert await stored(hooked) == 2


async def test_without_the_secret_nothing_is_done(hooked: Scene) -> None:
    for secret in ("", "another", SECRET[:-1], SECRET + "x", "ü"):
        assert await send(hooked, written(hooked, 7, "/help"), secret) == 401
    assert await post(hooked, written(hooked, 7, "/help")) == 401
    assert await stored(hooked) == 0


NO_UPDATES = [
    (b"", 400),
    (b"{", 400),
    (b"[]", 400),
    (b'{"update_id": "1"}', 400),
    (b'{"update_id": 9223372036854775808}', 400),
    (b'{"update_id": 1, "message": {"chat": {}}}', 400),
    (b'\xff{"update_id": 1}', 400),
    (b'{"update_id": 1, "pad": "' + b"x" * 1_000_000 + b'"}', 413),
]


async def test_what_is_no_update_is_refused_and_is_in_nobodys_way(hooked: Scene) -> None:
    for body, status in NO_UPDATES:
        assert await post(hooked, body, **{SECRET_HEADER: SECRET}) == status, body[:60]
    assert await stored(hooked) == 0


async def test_an_update_that_cannot_be_read_is_in_nobodys_way(hooked: Scene) -> None:
    assert await send(hooked, {"update_id": 101, "message": {"chat": {"id": 7}, "text": 5}}) == 200
    assert await send(hooked, {"update_id": 102, "poll_of_next_year": {}}) == 200
    assert await send(hooked, written(hooked, 7, "/help")) == 200
    assert await hooked.api.messages(7) == [said("not-linked")]


async def test_telegram_reaches_it_through_the_gateway(hosting: Hosting, api: BotApi) -> None:
    """With no token, and counted as nobody: its secret is all it has, and all that it needs."""
    settings: dict[str, Any] = {"NIVAA_BOT_TOKEN": TOKEN, "NIVAA_BOT_API_URL": api.url, "NIVAA_BOT_WEBHOOK_URL": URL,
        "NIVAA_BOT_WEBHOOK_SECRET": SECRET, "GATEWAY_STRANGERS_REQUESTS_PER_MINUTE": 1}  # fmt: skip
    async with (
        hosting([BOT, GATEWAY], **settings) as asker,
        serving(asker.host, port=0) as port,
        aiohttp.ClientSession(f"http://127.0.0.1:{port}") as telegram,
    ):

        async def status(secret: str, body: object, method: str = "POST") -> int:
            async with telegram.request(method, WEBHOOK, json=body, headers={SECRET_HEADER: secret}) as answer:
                return answer.status

        update = api.update(7, {"text": "/help"})
        assert [await status(secret, update) for secret in ("", "another", SECRET, SECRET)] == [401, 401, 200, 200]
        assert await status(SECRET, {"update_id": "none"}) == 400
        assert await status(SECRET, update, "GET") == 405
        assert await api.messages(7) == [said("not-linked")]


async def test_its_text_is_not_kept(hooked: Scene) -> None:
    await send(hooked, written(hooked, 7, "/start not-for-others"))
    await hooked.api.messages(7)
    await send(hooked, written(hooked, 7, "/help"))
    await hooked.api.messages(7, 2)
    [first, *_] = await hooked.database.rows("SELECT body, handled_at FROM telegram_update ORDER BY update_id")
    assert (first["body"], first["handled_at"] is None) == ("", False)


async def test_polling_takes_the_webhook_away(staging: Staging) -> None:
    async with hooking(staging):
        pass
    async with staging() as polling:
        assert await polling.api.ask(7, "/help") == said("not-linked")
        assert polling.api.webhook is None
        assert await post(polling, {"update_id": 99}, **{SECRET_HEADER: SECRET}) == 404


@pytest.mark.parametrize("secret", ["", "with space", "ü", "x" * 257])
def test_a_webhook_needs_a_secret_that_telegram_can_show(secret: str) -> None:
    with pytest.raises(ValueError, match="NIVAA_BOT_WEBHOOK_SECRET"):
        load_settings(BotSettings, (), {"NIVAA_BOT_WEBHOOK_URL": URL, "NIVAA_BOT_WEBHOOK_SECRET": secret})
