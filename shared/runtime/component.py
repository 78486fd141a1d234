"""What a service is to the host, and what the host is to a service."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from starlette.types import ASGIApp

from shared.auth.tokens import TokenIssuer, TokenVerifier
from shared.clock import Clock
from shared.contracts import Contract
from shared.files.store import FileStore
from shared.runtime.peers import Peer
from shared.runtime.settings import Settings

if TYPE_CHECKING:
    from shared.database.database import Database
    from shared.messaging.inbox import Handler
    from shared.messaging.outbox import Outbox
    from shared.runtime.tables import Tables

Job = Callable[[], Awaitable[None]]
"""Something that runs beside the requests until it is cancelled, on the service's database."""

Check = Callable[[], Awaitable[None]]
"""Raises while a resource does not answer."""


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What the host opened for one component. `database` and `outbox` are of components that have tables."""

    settings: Any
    clock: Clock
    files: FileStore
    peer: Callable[[str], Peer]
    verifier: TokenVerifier
    token_issuer: TokenIssuer | None
    stopping: asyncio.Event
    tables: "Tables | None" = None

    @property
    def database(self) -> "Database":
        return self._tables.database

    @property
    def outbox(self) -> "Outbox":
        return self._tables.outbox

    @property
    def _tables(self) -> "Tables":
        if self.tables is None:
            raise RuntimeError("this component has no tables")
        return self.tables


@dataclass(frozen=True, kw_only=True)
class Service:
    """A component at work. The host puts the gate, the database binding, the inbox and the relay around it.

    `public_app` is served without the gate, for what needs no token or brings its own proof.
    """

    app: ASGIApp
    handlers: "Mapping[type[Contract], Handler]" = field(default_factory=dict)
    jobs: Sequence[Job] = ()
    checks: Mapping[str, Check] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Component:
    """A service as a host starts it. `gated`: whether every request needs a token before the app sees it.

    `port` is where it listens when it runs alone and nobody says otherwise: each has its own, so that all can run on
    one machine. 0 is any that is free.
    """

    name: str
    settings: type[Settings]
    open: Callable[[Surroundings], AbstractAsyncContextManager[Service]]
    has_tables: bool = True
    gated: bool = True
    port: int = 0


@asynccontextmanager
async def at_work(service: Service) -> AsyncIterator[Service]:
    """For components that have nothing of their own to close."""
    yield service
