"""The bot alone before a Bot API server of this test's own: there is no gateway that it could ask."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import uuid4

import pytest

from services.bot.catalogues import read_catalogues
from services.bot.component import COMPONENT
from services.bot.domain import replies
from services.bot.domain.languages import Language
from shared.auth.viewer import Role, Viewer
from shared.clock import Clock
from shared.contracts.packages import LowPackageRaised
from shared.database.database import Database
from shared.ids import new_id
from tests.asking import Asker
from tests.bot_api.html import read_html
from tests.bot_api.server import PATIENCE_SECONDS, TOKEN, BotApi, serving_bot_api
from tests.conftest import Hosting
from tests.eventually import eventually

PARENT = Viewer(str(uuid4()), Role.PARENT)
TUTOR = Viewer(str(uuid4()), Role.TUTOR)
COORDINATOR = Viewer(str(uuid4()), Role.COORDINATOR)
INVITE = "mutation { createTelegramLink { url expiresAt } }"

CATALOGUES = read_catalogues("en_IN")


def said(key: str, language: Language = Language.ENGLISH, **values: Any) -> str:
    """A text as its reader has it."""
    return read_html(CATALOGUES[language].text(key, **values))


def help_of(role: Role, language: Language = Language.ENGLISH) -> str:
    return read_html(replies.help_for(CATALOGUES[language], role).text)


def welcome_of(role: Role, language: Language = Language.ENGLISH, *, took_over: bool = False) -> str:
    return read_html(replies.welcome(CATALOGUES[language], role, took_over=took_over).text)


@dataclass
class Scene:
    api: BotApi
    asker: Asker

    @property
    def database(self) -> Database:
        return self.asker.host.databases["bot"]

    async def secret(self, viewer: Viewer) -> str:
        """What the viewer's t.me link carries."""
        link = (await self.asker.ask("bot", INVITE, viewer))["createTelegramLink"]
        return str(link["url"]).partition("?start=")[2]

    async def link(self, viewer: Viewer, chat_id: int, language: Language = Language.ENGLISH) -> None:
        reply = await self.api.ask(chat_id, f"/start {await self.secret(viewer)}", language.value)
        assert reply.startswith(said("welcome", language))

    async def raise_alert(self, remaining: int = 1, **changed: Any) -> LowPackageRaised:
        usual: dict[str, Any] = {
            "alert_id": new_id(),
            "parent_id": PARENT.person_id,
            "parent_name": "Asha Rao",
            "remaining": remaining,
            "total_sessions": 10,
            "raised_at": self.asker.host.clock.now(),
        }
        alert = LowPackageRaised(**usual | changed)
        await self.asker.publish(alert)
        return alert

    async def until_tried(self) -> None:
        """Until it is written down that Telegram could not be reached with a delivery."""

        async def is_tried() -> bool:
            return bool(await self.database.value("SELECT max(attempts) FROM delivery"))

        await eventually(is_tried)

    async def states(self, count: int = 1) -> list[str]:
        """The states of all deliveries, in their order, once that many are settled."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                rows = await self.database.rows("SELECT state FROM delivery ORDER BY occurred_at, id")
                states = [str(row["state"]) for row in rows]
                if len(states) - states.count("PENDING") >= count:
                    return states
                await asyncio.sleep(0.02)


class Staging(Protocol):
    """`async with staging() as scene:` - the bot at work, with a token."""

    def __call__(self, *, clock: Clock | None = None, **overrides: object) -> AbstractAsyncContextManager[Scene]: ...


@pytest.fixture(params=[pytest.param("sqlite", marks=pytest.mark.thorough), "postgres"])
def database_kind(request: pytest.FixtureRequest) -> str:
    """The bot keeps little and asks simply: a build sees it on SQLite in tests/system, `make nightly` here too."""
    kind: str = request.param
    return kind


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    async with serving_bot_api() as serving:
        yield serving


@pytest.fixture
def staging(api: BotApi, hosting: Hosting) -> Staging:
    @asynccontextmanager
    async def stage(*, clock: Clock | None = None, **overrides: object) -> AsyncIterator[Scene]:
        at_ease = {"NIVAA_BOT_MESSAGES_PER_SECOND_IN_A_CHAT": 50}
        settings = {"NIVAA_BOT_TOKEN": TOKEN, "NIVAA_BOT_API_URL": api.url, **at_ease, **overrides}
        async with hosting([COMPONENT], clock=clock, **settings) as asker:
            yield Scene(api, asker)

    return stage


@pytest.fixture
async def scene(staging: Staging) -> AsyncIterator[Scene]:
    async with staging() as staged:
        yield staged
