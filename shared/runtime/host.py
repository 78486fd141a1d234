"""The host: opens resources by URL, migrates, builds components, and closes all of it in reverse.

One process may host one component or all of them. The front is the component listed last: its app is what the
process serves; the others, if any, are reached in process.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import aiohttp
import structlog
from starlette.types import ASGIApp

from shared.auth.gate import Gate
from shared.auth.keys import JwksUrl, KeyFile, KeySource
from shared.auth.tokens import TokenIssuer, TokenVerifier
from shared.clock import Clock, SystemClock
from shared.database.outage import is_out_of_reach
from shared.files.opening import open_file_store
from shared.files.store import FileStore
from shared.messaging.broker import Broker
from shared.messaging.opening import open_broker
from shared.runtime.collecting import undisturbed
from shared.runtime.component import Check, Component, Job, Surroundings
from shared.runtime.front import Front
from shared.runtime.health import health_routes
from shared.runtime.peers import HttpPeer, InProcessPeer, Peer, peer_session
from shared.runtime.settings import ENV_FILES, Settings, load_settings

if TYPE_CHECKING:
    from shared.database.database import Database
    from shared.runtime.tables import Tables

log = structlog.get_logger()

RESTART_PAUSE_SECONDS = 1.0
NO_BROKER = "memory://"
"""For who has no tables, and so nothing to tell and nothing to take: a broker that is away is not in their way."""


@dataclass
class Host:
    """A list of components at work."""

    settings: Settings
    broker: Broker
    files: FileStore
    session: aiohttp.ClientSession
    verifier: TokenVerifier
    token_issuer: TokenIssuer | None
    clock: Clock
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    apps: dict[str, ASGIApp] = field(default_factory=dict)
    databases: "dict[str, Database]" = field(default_factory=dict)
    checks: dict[str, Check] = field(default_factory=dict)
    app: ASGIApp = field(init=False)

    def peer(self, name: str) -> Peer:
        url = self.settings.peer_url(name)
        if urlsplit(url).scheme == "inproc":
            return InProcessPeer(urlsplit(url).netloc, self.apps.__getitem__)
        return HttpPeer(url, self.session)


@asynccontextmanager
async def open_host(
    components: Sequence[Component],
    *,
    env_files: Sequence[str] = ENV_FILES,
    clock: Clock | None = None,
    overrides: Mapping[str, object] | None = None,
) -> AsyncIterator[Host]:
    """Everything at work inside the block; `overrides` are settings by their variables' names."""

    def load(kind: type[Settings]) -> Settings:
        return load_settings(kind, env_files, overrides or {})

    async with AsyncExitStack() as stack:
        with undisturbed():
            settings = load(Settings)
            tells = any(component.has_tables for component in components)
            broker = settings.broker if tells else NO_BROKER
            host = await _open_resources(stack, settings, broker, clock or SystemClock())
            jobs: list[tuple[str, Job]] = []
            for component in components:
                jobs += await _open_component(stack, host, component, load(component.settings))
                stack.push_async_callback(host.broker.stop)  # while what takes the deliveries is still open
        if tells:
            host.checks["broker"] = host.broker.check
        host.app = Front(host.apps[components[-1].name], health_routes(host.checks, host.stopping))
        await stack.enter_async_context(_running(jobs))
        try:
            yield host
        finally:
            host.stopping.set()


async def _open_resources(stack: AsyncExitStack, settings: Settings, broker: str, clock: Clock) -> Host:
    session = await stack.enter_async_context(peer_session())
    keys, issuer = _open_keys(settings, session)
    return Host(
        settings=settings,
        broker=await stack.enter_async_context(open_broker(broker, settings.dead_letters)),
        files=await stack.enter_async_context(open_file_store(settings.files)),
        session=session,
        verifier=TokenVerifier(keys, settings.jwt_issuer, settings.jwt_audience),
        token_issuer=issuer,
        clock=clock,
    )


def _open_keys(settings: Settings, session: aiohttp.ClientSession) -> tuple[KeySource, TokenIssuer | None]:
    if settings.jwks_url:
        return JwksUrl(settings.jwks_url, session), None
    keys = KeyFile.open(settings.key_file)
    return keys, TokenIssuer(keys.signing_key, settings.jwt_issuer, settings.jwt_audience)


async def _open_component(
    stack: AsyncExitStack, host: Host, component: Component, settings: Settings
) -> list[tuple[str, Job]]:
    """Migrates, opens and binds one component; returns what is to run beside its requests."""
    tables = await _open_tables(stack, host, component, settings) if component.has_tables else None
    surroundings = Surroundings(
        settings=settings,
        clock=host.clock,
        files=host.files,
        peer=host.peer,
        verifier=host.verifier,
        token_issuer=host.token_issuer,
        stopping=host.stopping,
        tables=tables,
    )
    service = await stack.enter_async_context(component.open(surroundings))
    app = tables.around(service.app) if tables else service.app
    # Tokens are about the real present, even where the business clock travels.
    host.apps[component.name] = Gate(app, host.verifier, SystemClock()) if component.gated else app
    host.checks |= {f"{component.name} {name}": check for name, check in service.checks.items()}
    jobs = await tables.jobs(service, host.broker) if tables else service.jobs
    return [(component.name, job) for job in jobs]


async def _open_tables(stack: AsyncExitStack, host: Host, component: Component, settings: Settings) -> "Tables":
    from shared.runtime.tables import open_tables  # noqa: PLC0415 - an ORM is large, and the gateway has no tables

    try:
        tables = await stack.enter_async_context(open_tables(component.name, settings.database_url(component.name)))
    except OSError as error:
        raise OSError(f"the {component.name} database: {error}") from error
    host.databases[component.name] = tables.database
    host.checks[f"{component.name} database"] = tables.database.check
    return tables


@asynccontextmanager
async def _running(jobs: Sequence[tuple[str, Job]]) -> AsyncIterator[None]:
    """Runs the jobs until the block ends. One that fails is logged and started again."""
    tasks = [asyncio.create_task(_kept_running(name, job)) for name, job in jobs]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _kept_running(name: str, job: Callable[[], Awaitable[None]]) -> None:
    while True:
        try:
            return await job()
        except Exception as error:
            if is_out_of_reach(error):
                log.warning("job waits", service=name, error=repr(error))
            else:
                log.exception("job failed, starting it again", service=name)
        await asyncio.sleep(RESTART_PAUSE_SECONDS)
