"""The gateway over a real packages service, with alerts to subscribe to."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import aiohttp

from services.gateway.component import COMPONENT as GATEWAY
from services.packages.component import COMPONENT as PACKAGES
from services.packages.domain.alerts import Standing
from services.packages.sql.alerts import new_alerts
from shared.auth.viewer import Viewer
from shared.database.watch import Listener
from shared.ids import new_id
from shared.runtime.serving import serving
from tests.asking import Asker
from tests.conftest import Hosting
from tests.listening import listening

ALERTS = "subscription { lowPackageAlert { id parent { name } } }"
LARGE_ALERTS = (
    "subscription { lowPackageAlert { " + " ".join(f"name{number}: parent {{ name }}" for number in range(50)) + " } }"
)
"""Events of some kilobytes."""
LEEWAY = timedelta(seconds=30)
LONG_ENOUGH_SECONDS = 7
"""For what is done with a token before it ends, even where another process has to start first."""


@dataclass
class Live:
    asker: Asker
    url: str
    http: aiohttp.ClientSession

    def token(self, viewer: Viewer | None = None) -> str:
        return self.asker.token(viewer)

    def asked(self, query: str, **headers: str) -> AbstractAsyncContextManager[aiohttp.ClientResponse]:
        """The response to a request for an event stream; headers may be given, an empty one takes one away."""
        sent = {"Accept": "text/event-stream", "Authorization": f"Bearer {self.token()}", **headers}
        kept = {name: value for name, value in sent.items() if value}
        return self.http.post(f"{self.url}/graphql", json={"query": query}, headers=kept)

    def token_for(self, seconds: float) -> str:
        """One that is good for so long, counting the leeway, and not a second longer: it ends with a whole one."""
        issuer = self.asker.host.token_issuer
        assert issuer is not None
        lifetime = timedelta(minutes=10)
        began = datetime.now(UTC) - lifetime - LEEWAY + timedelta(seconds=seconds + 1)
        return issuer.mint(self.asker.viewer, began, lifetime)

    async def parent(self) -> UUID:
        made = await self.asker.ask("gateway", 'mutation { createParent(input: {name: "Asha"}) { parent { id } } }')
        return UUID(made["createParent"]["parent"]["id"])

    async def raise_alert(self, parent: UUID, alerts: int = 1) -> None:
        """As the service's use cases do; a parent has one that is open, so others are resolved at once."""
        async with self.asker.host.databases["packages"].transaction() as transaction:
            for _ in range(alerts):
                await transaction.execute("UPDATE low_package_alert SET resolved_at = raised_at")
                await transaction.write(new_alerts([(new_id(), parent, Standing(1, 10))], datetime.now(UTC)))

    @property
    def listeners(self) -> list[Listener[Any]]:
        """Who listens in the packages service for its subscribers."""
        return listening()


@asynccontextmanager
async def living(hosting: Hosting, **settings: Any) -> AsyncIterator[Live]:
    async with (
        hosting([PACKAGES, GATEWAY], **settings) as asker,
        serving(asker.host, port=0) as port,
        aiohttp.ClientSession() as http,
    ):
        yield Live(asker, f"http://127.0.0.1:{port}", http)


async def overrun(live: Live, parent: UUID) -> None:
    """Raises alerts until no listener takes them any more."""
    async with asyncio.timeout(60):
        while any(listener._end is None for listener in live.listeners):
            await live.raise_alert(parent, 20)
            await asyncio.sleep(0.1)
