"""The gateway's wiring."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from pathlib import Path

from starlette.applications import Starlette
from starlette.routing import Route, WebSocketRoute

from services.gateway.endpoint.endpoint import Authenticate, GraphQLEndpoint
from services.gateway.endpoint.operations import Operations
from services.gateway.endpoint.socket import GraphQLSockets
from services.gateway.federation import Engine, Subgraph, Supergraph, load_supergraph
from services.gateway.files import link_routes
from services.gateway.graphql.context import context_opener
from services.gateway.graphql.schema import SCHEMA
from services.gateway.http import invoice_exports_route, run_monthly_route
from services.gateway.settings import GatewaySettings
from services.gateway.subgraph_peers import Caller, OwnSubgraph, PeerSubgraph
from services.gateway.workspaces.workspaces import workspace_routes
from shared.auth.gate import token_of
from shared.clock import SystemClock
from shared.runtime.component import Component, Service, Surroundings

NAME = "gateway"
SUPERGRAPH = Path(__file__).parent / "supergraph.graphql"


@asynccontextmanager
async def open_gateway(around: Surroundings, *, with_demo_people: bool = False) -> AsyncIterator[Service]:
    settings: GatewaySettings = around.settings
    supergraph = load_supergraph(settings.supergraph.read_text())
    engine = Engine(supergraph, _subgraphs(around, settings, supergraph), settings.limits)
    operations = Operations(engine, settings.streams_per_subject, introspection=settings.introspection)
    authenticate = _authenticator(around)
    endpoint = GraphQLEndpoint(operations, authenticate, settings.body_bytes, around.stopping)
    sockets = GraphQLSockets(operations, authenticate, settings.body_bytes, settings.welcome_origins, around.stopping)
    routes = [
        Route("/graphql", endpoint.respond, methods=["GET", "POST"]),
        WebSocketRoute("/graphql", sockets.respond),
        run_monthly_route(around.peer("billing"), settings.body_bytes),
        invoice_exports_route(around.peer("invoicing")),
        *link_routes(around.files.routes, settings.freeze),
        *workspace_routes(around, operations, authenticate, with_demo_people=with_demo_people),
    ]
    yield Service(app=Starlette(routes=routes))


def _subgraphs(around: Surroundings, settings: GatewaySettings, supergraph: Supergraph) -> dict[str, Subgraph]:
    timeout = settings.subgraph_timeout_seconds
    others = [name for name in supergraph.subgraphs if name != NAME]
    own = OwnSubgraph(SCHEMA, context_opener(settings))
    return {NAME: own, **{name: PeerSubgraph(name, around.peer(name), timeout) for name in others}}


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
