"""The gateway's wiring."""

from collections.abc import AsyncIterator, Callable, Collection
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from pathlib import Path

from starlette.middleware.cors import CORSMiddleware
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp

from services.gateway.endpoint.admission import Admission, Authenticate
from services.gateway.endpoint.documents import Documents, read_trusted
from services.gateway.endpoint.endpoint import METHODS, GraphQLEndpoint, RequestLimits
from services.gateway.endpoint.graphiql import graphiql_routes
from services.gateway.endpoint.operations import Operations
from services.gateway.endpoint.rates import PerMinute, Rates, open_storage
from services.gateway.endpoint.single_connection import TICKET_HEADER
from services.gateway.endpoint.socket import GraphQLSockets
from services.gateway.endpoint.straight import Straight
from services.gateway.federation import Engine, Subgraph, Supergraph, SupergraphError
from services.gateway.files import link_routes
from services.gateway.graphql.context import context_opener
from services.gateway.graphql.schema import SCHEMA
from services.gateway.http import invoice_exports_route, run_monthly_route, telegram_webhook_route
from services.gateway.settings import GatewaySettings
from services.gateway.subgraph_peers import Caller, OwnSubgraph, PeerSubgraph, reached_at
from services.gateway.supergraph_file import SupergraphFile
from services.gateway.workspaces.workspaces import workspaces_of
from shared.auth.gate import token_of
from shared.clock import SystemClock
from shared.http import application
from shared.runtime.component import Component, Service, Surroundings

NAME = "gateway"
SUPERGRAPH = Path(__file__).parent / "supergraph.graphql"


@asynccontextmanager
async def open_gateway(around: Surroundings, *, with_demo_people: bool = False) -> AsyncIterator[Service]:
    settings: GatewaySettings = around.settings
    file = SupergraphFile(settings.supergraph, partial(_subgraphs, around, settings))
    with file.engine(settings.limits, settings.labels) as engine:
        app = _app(around, engine, with_demo_people=with_demo_people)
        yield Service(app=app, jobs=[partial(file.watch, engine)])


def _app(around: Surroundings, engine: Engine, *, with_demo_people: bool) -> ASGIApp:
    settings: GatewaySettings = around.settings
    operations_of = partial(
        Operations,
        engine,
        most_streams=settings.streams_per_subject,
        seconds=settings.request_seconds,
        introspection=settings.introspection,
    )
    operations = operations_of(_documents(settings))
    admission = Admission(_authenticator(around), _rates(settings))
    request_limits = RequestLimits(settings.body_bytes, settings.batch_operations, settings.graphiql)
    endpoint = GraphQLEndpoint(operations, admission, request_limits, around.stopping)
    sockets = GraphQLSockets(operations, admission, settings.body_bytes, settings.welcome_origins, around.stopping)
    workspaces = workspaces_of(around, operations_of(Documents()), admission, with_demo_people=with_demo_people)
    routes = [
        Route("/graphql", endpoint.respond, methods=METHODS),
        WebSocketRoute("/graphql", sockets.respond),
        *(graphiql_routes() if settings.graphiql else ()),
        run_monthly_route(around.peer("billing"), admission, settings.body_bytes),
        telegram_webhook_route(around.peer("bot"), settings.body_bytes),
        invoice_exports_route(around.peer("invoicing"), admission),
        *link_routes(around.files.routes, settings.freeze, workspaces.softened),
        *workspaces.routes,
    ]
    return _open_to(settings.welcome_origins, Straight(endpoint.respond, application(routes, workspaces.lost)))


def _documents(settings: GatewaySettings) -> Documents:
    return Documents(read_trusted(settings.trusted_folders) if settings.trusted_folders else None)


def _rates(settings: GatewaySettings) -> Rates:
    allowed = PerMinute(settings.requests_per_minute, settings.strangers_requests_per_minute)
    return Rates(open_storage(settings.rates_url), allowed)


def _open_to(origins: Collection[str], app: ASGIApp) -> ASGIApp:
    """Pages of these sites may read our answers, and send what a page needs leave for."""
    if not origins:
        return app
    return CORSMiddleware(
        app,
        allow_origins=sorted(origins),
        allow_credentials=True,
        allow_methods=METHODS,
        allow_headers=["Accept", "Authorization", "Content-Type", "Idempotency-Key", TICKET_HEADER],
        expose_headers=["Retry-After", "WWW-Authenticate"],
    )


def _subgraphs(around: Surroundings, settings: GatewaySettings, supergraph: Supergraph) -> dict[str, Subgraph]:
    """Raises SupergraphError when it names one that is no service of ours."""
    timeout = settings.subgraph_timeout_seconds
    subgraphs: dict[str, Subgraph] = {NAME: OwnSubgraph(SCHEMA, context_opener(settings))}
    for name in supergraph.subgraphs:
        if name != NAME:
            url = _service_url(settings, name)
            subgraphs[name] = reached_at(url, PeerSubgraph(name, around.peer(name), timeout), timeout)
    return subgraphs


def _service_url(settings: GatewaySettings, name: str) -> str:
    try:
        return f"{settings.peer_url(name).rstrip('/')}/graphql"
    except AttributeError as error:
        raise SupergraphError(f"the subgraph '{name}' is no service of ours") from error


def _authenticator(around: Surroundings) -> Authenticate:
    clock = SystemClock()  # tokens are about the real present, even where the business clock travels

    async def authenticate(authorization: str) -> Caller:
        viewer = await around.verifier.verify(token_of(authorization), clock.now())
        return Caller(viewer, authorization)

    return authenticate


def _component(open_: Callable[[Surroundings], AbstractAsyncContextManager[Service]]) -> Component:
    return Component(name=NAME, settings=GatewaySettings, open=open_, has_tables=False, gated=False, port=8000)


COMPONENT = _component(open_gateway)
WITH_DEMO_PEOPLE = _component(partial(open_gateway, with_demo_people=True))
"""For one process on somebody's own machine: whoever reaches it can be anybody, without a password."""
