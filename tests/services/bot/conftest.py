"""The bot at work between a Bot API server and a gateway, both real servers of this test's own."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest

from services.bot.component import COMPONENT
from shared.auth.viewer import Role, Viewer
from shared.contracts.packages import LowPackageRaised
from shared.database.database import Database
from shared.ids import new_id
from tests.asking import Asker
from tests.bot_api.server import TOKEN, BotApi, serving_bot_api
from tests.services.bot.gateway import Books, gateway_over

PARENT = Viewer(str(uuid4()), Role.PARENT)
TUTOR = Viewer(str(uuid4()), Role.TUTOR)
COORDINATOR = Viewer(str(uuid4()), Role.COORDINATOR)
INVITE = "mutation { createTelegramLink { url expiresAt } }"


@dataclass
class Scene:
    api: BotApi
    asker: Asker
    books: Books

    @property
    def database(self) -> Database:
        return self.asker.host.databases["bot"]

    async def secret(self, viewer: Viewer) -> str:
        """What the viewer's t.me link carries."""
        link = (await self.asker.ask("bot", INVITE, viewer))["createTelegramLink"]
        return str(link["url"]).partition("?start=")[2]

    async def link(self, viewer: Viewer, chat_id: int) -> None:
        reply = await self.api.ask(chat_id, f"/start {await self.secret(viewer)}")
        assert reply.startswith("Welcome!")

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

    async def states(self, count: int = 1) -> list[str]:
        """The states of all notifications, in their order, once that many are settled."""
        while True:
            rows = await self.database.rows("SELECT state FROM notification ORDER BY id")
            states = [str(row["state"]) for row in rows]
            if len(states) - states.count("PENDING") >= count:
                return states


Staging = Callable[..., AbstractAsyncContextManager[Scene]]


@pytest.fixture
def staging(hosting: Callable[..., AbstractAsyncContextManager[Asker]]) -> Staging:
    """`async with staging(NIVAA_FREEZE="none") as scene:` - the bot at work, with a token."""

    @asynccontextmanager
    async def stage(api: BotApi | None = None, **overrides: object) -> AsyncIterator[Scene]:
        books = Books(TUTOR.subject, PARENT.subject)
        async with serving_bot_api() as fresh:
            used = api or fresh
            settings = {"NIVAA_BOT_TOKEN": TOKEN, "NIVAA_BOT_API_URL": used.url, **overrides}
            async with hosting([COMPONENT, gateway_over(books)], **settings) as asker:
                yield Scene(used, asker, books)

    return stage


@pytest.fixture
async def scene(staging: Staging) -> AsyncIterator[Scene]:
    async with staging() as staged:
        yield staged
