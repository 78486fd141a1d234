"""How long an answer may take: at the gateway, and in each service by itself."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import strawberry
from starlette.routing import Route

from services.gateway.component import COMPONENT
from shared.auth.gate import Gate
from shared.auth.viewer import Role, Viewer
from shared.clock import SystemClock
from shared.graphql.context import Context
from shared.graphql.schema import subgraph
from shared.graphql.server import GraphQLServer
from shared.http import application
from tests.conftest import Hosting
from tests.eventually import eventually
from tests.open_rules import open_rules
from tests.services.gateway.test_admission import ask, serves

SECONDS = 1.0
TAKES_TOO_LONG = {"code": "TIMED_OUT", "allowedSeconds": SECONDS}


@pytest.fixture
async def silent() -> AsyncIterator[str]:
    """A service that takes every request and answers none."""
    gone = asyncio.Event()

    async def keep(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await gone.wait()
        writer.close()

    server = await asyncio.start_server(keep, "127.0.0.1", 0)
    yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    gone.set()
    server.close()
    await server.wait_closed()


@pytest.mark.parametrize("query", ["{ parents { totalCount } }", "mutation { approveSession(id: 1) { __typename } }"])
async def test_the_gateway_waits_no_longer_than_it_may(hosting: Hosting, silent: str, query: str) -> None:
    async with serves(hosting, PACKAGES_URL=silent, GATEWAY_REQUEST_SECONDS=SECONDS) as client:
        answer = await ask(client, query)
        assert answer.status == 504
        [error] = answer.json["errors"]
        assert error["extensions"] == TAKES_TOO_LONG

        async def is_answered() -> bool:
            return (await ask(client)).status == 200

        await eventually(is_answered)  # who asks for nothing of that service


@strawberry.type
class Query:
    @strawberry.field
    async def for_ever(self) -> int:
        await asyncio.Event().wait()
        return 1


async def test_a_service_takes_no_longer_than_it_may(hosting: Hosting) -> None:
    def context(viewer: Viewer) -> Context:
        return Context(viewer=viewer, frozen=True, currency="INR", locale="en_IN")

    async with hosting([COMPONENT]) as asker:
        server = GraphQLServer(subgraph(open_rules(Query), Query), context, SECONDS)
        app = Gate(application([Route("/graphql", server)]), asker.host.verifier, SystemClock())
        asker.host.apps["slow"] = app
        answer = await asker.answer("slow", "{ forEver }", Viewer("somebody", Role.COORDINATOR))
    assert answer["errors"][0]["extensions"] == TAKES_TOO_LONG
