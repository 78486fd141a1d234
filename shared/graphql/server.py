"""A subgraph over HTTP, subscriptions as event streams (graphql-sse). It stands behind the gate, so the viewer is
known."""

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.subscriptions import GRAPHQL_SSE_PROTOCOL

from shared.auth.gate import viewer_of
from shared.auth.viewer import Viewer
from shared.graphql.context import Context
from shared.graphql.schema import Subgraph

OpenContext = Callable[[Viewer], Context]
"""Makes the context of one request: its loaders live as long as it does."""


class GraphQLServer(GraphQL[Context, None]):
    def __init__(self, schema: Subgraph, open_context: OpenContext) -> None:
        super().__init__(
            schema, graphql_ide=None, allow_queries_via_get=False, subscription_protocols=[GRAPHQL_SSE_PROTOCOL]
        )
        self._open_context = open_context

    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> Context:  # noqa: ARG002
        return self._open_context(viewer_of(request))
