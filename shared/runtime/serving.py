"""Serving a host's app over HTTP until the process is asked to stop."""

import asyncio
import contextlib
import signal
import socket
from collections.abc import AsyncIterator, Generator
from contextlib import asynccontextmanager
from typing import Protocol

import uvicorn
from starlette.types import ASGIApp

from shared.runtime.body_limit import BodyLimit
from shared.runtime.collecting import let_stay
from shared.runtime.gathering import GatheringProtocol
from shared.runtime.headers import SecurityHeaders
from shared.runtime.peers import PEER_KEEP_ALIVE_SECONDS
from shared.runtime.settings import Settings

GRACE_SECONDS = 10
KEEP_ALIVE_SECONDS = 2 * PEER_KEEP_ALIVE_SECONDS
"""Whoever keeps a connection for the next request lets go of it first: a request that met our closing would be lost."""


class Served(Protocol):
    """What is served; a host is."""

    @property
    def settings(self) -> Settings: ...

    @property
    def app(self) -> ASGIApp: ...

    @property
    def stopping(self) -> asyncio.Event: ...


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listening.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Signals are ours: uvicorn would raise them again after it has stopped, in the middle of our closing."""
        yield


@asynccontextmanager
async def serving(host: Served, *, port: int | None = None) -> AsyncIterator[int]:
    """Serves inside the block; gives the port, which is a free one when 0 was asked for.

    Raises OSError when the address is taken.
    """
    settings = host.settings
    listener = socket.create_server((settings.host, settings.port if port is None else port))
    # Inherited by its connections. Of asyncio's own loop they would wait for an acknowledgement between head and body,
    # 40 ms: it sets this only where a socket names its protocol, which those of create_server do not.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, True)
    config = uvicorn.Config(
        SecurityHeaders(BodyLimit(host.app, settings.most_body_bytes), settings.hsts_seconds),
        log_config=None,
        access_log=False,
        lifespan="off",
        http=GatheringProtocol,
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=settings.trusted_proxies,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    server = _Server(config)
    task = asyncio.create_task(server.serve([listener]))
    await server.listening.wait()
    let_stay()
    try:
        yield listener.getsockname()[1]
    finally:
        host.stopping.set()  # streams end by themselves, or the server would wait for them
        server.should_exit = True
        await task


async def until_stopped(host: Served) -> None:
    """Returns when the process gets SIGINT or SIGTERM."""
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(sign, host.stopping.set)
    await host.stopping.wait()
