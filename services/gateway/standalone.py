"""`python -m services.gateway --supergraph FILE`: the engine over any supergraph, and nothing else.

No token, no database, no broker: the subgraphs are where the supergraph says, and judge for themselves who asks. What
they need for that, the request's own headers, goes on to them.
"""

import argparse
import asyncio
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import aiohttp
import structlog
import uvloop
from starlette.datastructures import Headers
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from services.gateway.endpoint.admission import Admission
from services.gateway.endpoint.documents import Documents
from services.gateway.endpoint.endpoint import METHODS, GraphQLEndpoint, RequestLimits
from services.gateway.endpoint.operations import Operations
from services.gateway.endpoint.rates import PerMinute, Rates, open_storage
from services.gateway.endpoint.socket import GraphQLSockets
from services.gateway.endpoint.straight import Straight
from services.gateway.federation import Engine, Limits, Subgraph, Supergraph, SupergraphError
from services.gateway.settings import GatewaySettings
from services.gateway.subgraph_peers import Caller, PeerSubgraph, reached_at
from services.gateway.supergraph_file import SupergraphFile
from services.gateway.upstream.socket import Sockets
from shared.auth.viewer import Role, Viewer
from shared.http import application
from shared.runtime.health import health_routes
from shared.runtime.logging import configure_logging
from shared.runtime.peers import HttpPeer, peer_session
from shared.runtime.serving import serving, until_stopped
from shared.runtime.settings import load_settings

log = structlog.get_logger()

UNUSABLE_SUPERGRAPH = 2
LIMITS = Limits(
    tokens=50_000,
    depth=64,
    nesting=250,
    fields=20_000,
    aliases=20_000,
    pairs=200_000,
    cost=1_000_000_000,
    planning=200_000,
)
MOST_BODY_BYTES = 10_000_000
MOST_STREAMS = 10_000

FORWARDED = ("accept-language", "authorization", "baggage", "traceparent", "tracestate", "x-request-id")
"""Who asks, in which language, and what traces and logs know the request by."""

_ANYBODY = Viewer("anybody", Role.SERVICE)
_FORWARDED: ContextVar[Mapping[str, str]] = ContextVar("forwarded_headers")


@dataclass
class Standalone:
    """What is served, in the form in which `serving` takes a host."""

    settings: GatewaySettings
    app: ASGIApp
    stopping: asyncio.Event


def main() -> None:
    """Reads the command line, serves, and ends the process."""
    asked = _arguments()
    try:
        uvloop.run(_serve(asked.supergraph, asked.port))
    except (OSError, SupergraphError) as error:
        sys.stderr.write(f"cannot start: {error}\n")
        sys.exit(UNUSABLE_SUPERGRAPH)
    except KeyboardInterrupt:
        sys.exit(0)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Serves any supergraph, without authentication.")
    parser.add_argument("--supergraph", type=Path, required=True, help="the composed SDL; its URLs are asked")
    parser.add_argument("--port", type=int, help="where to listen; otherwise NIVAA_PORT")
    return parser.parse_args()


async def _serve(supergraph: Path, port: int | None) -> None:
    settings = load_settings(GatewaySettings)
    configure_logging(settings.log_level)
    async with open_standalone(supergraph, settings) as host, serving(host, port=port) as listening:
        log.info("serving", supergraph=str(supergraph), address=f"http://{settings.host}:{listening}")
        await until_stopped(host)


@asynccontextmanager
async def open_standalone(supergraph: Path, settings: GatewaySettings) -> AsyncIterator[Standalone]:
    """Raises SupergraphError, or OSError, when the file cannot be served."""
    async with peer_session() as session:
        file = SupergraphFile(supergraph, partial(_subgraphs, session, settings.subgraph_timeout_seconds))
        with file.engine(LIMITS, settings.labels) as engine:
            stopping = asyncio.Event()
            watching = asyncio.create_task(file.watch(engine))
            try:
                yield Standalone(settings, _app(_operations(engine, settings), stopping), stopping)
            finally:
                watching.cancel()


def _subgraphs(session: aiohttp.ClientSession, timeout_seconds: float, supergraph: Supergraph) -> dict[str, Subgraph]:
    def subgraph(name: str, url: str) -> Subgraph:
        sockets = Sockets(url, session, timeout_seconds)
        peer = PeerSubgraph(name, HttpPeer(url, session), timeout_seconds, path="", otherwise=sockets.subscribe)
        return reached_at(url, peer, timeout_seconds)

    return {name: subgraph(name, address.url) for name, address in supergraph.subgraphs.items()}


def _operations(engine: Engine, settings: GatewaySettings) -> Operations:
    return Operations(
        engine,
        Documents(),
        most_streams=MOST_STREAMS,
        seconds=settings.request_seconds,
        introspection=settings.introspection,
    )


def _app(operations: Operations, stopping: asyncio.Event) -> ASGIApp:
    admission = Admission(_anybody, Rates(open_storage("memory://"), PerMinute(0, 0)))
    endpoint = GraphQLEndpoint(operations, admission, RequestLimits(MOST_BODY_BYTES), stopping)
    sockets = GraphQLSockets(operations, admission, MOST_BODY_BYTES, (), stopping)
    routes = [
        *health_routes({}, stopping),
        Route("/graphql", endpoint.respond, methods=METHODS),
        WebSocketRoute("/graphql", sockets.respond),
    ]
    return _Remembering(Straight(endpoint.respond, application(routes)))


async def _anybody(authorization: str) -> Caller:
    """Nobody is refused. `authorization` may have come in a socket's first message instead of a header."""
    given = {"authorization": authorization} if authorization else {}
    return Caller(_ANYBODY, authorization, {**_FORWARDED.get({}), **given})


class _Remembering:
    """Keeps what of the request's headers goes on to the subgraphs."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in {"http", "websocket"}:
            given = Headers(scope=scope)
            _FORWARDED.set({name: given[name] for name in FORWARDED if name in given})
        await self._app(scope, receive, send)
