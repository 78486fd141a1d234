"""With an issuer of the organisation's own the bot signs for its people with a key that the issuer publishes."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiohttp import web

from services.bot.component import COMPONENT
from shared.auth.keys import KeyFile
from shared.auth.tokens import TokenIssuer
from shared.auth.viewer import Role, Viewer
from shared.clock import TravellingClock
from shared.errors import NivaaError
from tests.asking import Asker
from tests.bot_api.server import TOKEN, BotApi
from tests.conftest import Hosting
from tests.services.bot.conftest import Scene
from tests.services.bot.office import EVERYTHING, Office

ISSUER, AUDIENCE = "https://nivaa.invalid", "nivaa"


class OutsideAsker(Asker):
    """Brings tokens of the outside issuer."""

    key_file: KeyFile

    def token(self, viewer: Viewer | None = None) -> str:
        issuer = TokenIssuer(self.key_file.signing_key, ISSUER, AUDIENCE)
        return issuer.mint(viewer or self.viewer, datetime.now(UTC), timedelta(hours=1))


@pytest.fixture
def key_path(tmp_path: Path) -> Path:
    return tmp_path / "bot-key.json"


@pytest.fixture
async def jwks_url(key_path: Path) -> AsyncIterator[str]:
    keys = KeyFile.open(key_path).public_set()

    async def publish(_: web.Request) -> web.Response:
        return web.json_response(keys)

    app = web.Application()
    app.router.add_get("/jwks.json", publish)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/jwks.json"
    await runner.cleanup()


async def test_its_people_are_answered(hosting: Hosting, api: BotApi, jwks_url: str, key_path: Path) -> None:
    settings = {
        "NIVAA_BOT_TOKEN": TOKEN,
        "NIVAA_BOT_API_URL": api.url,
        "NIVAA_JWKS_URL": jwks_url,
        "NIVAA_BOT_KEY_FILE": str(key_path),
    }
    async with hosting(EVERYTHING, clock=None, **settings) as asker:
        assert asker.host.token_issuer is None
        outside = OutsideAsker(asker.host)
        outside.key_file = KeyFile.open(key_path)
        tutor = await Office(outside, TravellingClock()).tutor("Meena Iyer")
        await Scene(api, outside).link(Viewer(tutor, Role.TUTOR), 7)
        assert "No sessions." in await api.ask(7, "/mypay")


async def test_without_a_key_it_does_not_start(hosting: Hosting, api: BotApi, jwks_url: str) -> None:
    settings = {"NIVAA_BOT_TOKEN": TOKEN, "NIVAA_BOT_API_URL": api.url, "NIVAA_JWKS_URL": jwks_url}
    with pytest.raises(NivaaError, match="NIVAA_BOT_KEY_FILE"):
        async with hosting([COMPONENT], clock=None, **settings):
            pass


async def test_with_what_is_no_token_it_does_not_start(hosting: Hosting) -> None:
    with pytest.raises(NivaaError, match=r"^NIVAA_BOT_TOKEN is like 123456:ABC-DEF1234, a number and a secret$"):
        async with hosting([COMPONENT], clock=None, NIVAA_BOT_TOKEN="only-a-secret"):
            pass
