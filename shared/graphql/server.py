"""A subgraph over HTTP, subscriptions as event streams (graphql-sse). It stands behind the gate, so the viewer is
known."""

import asyncio
import re
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from typing import Any, cast

import msgspec
from cross_web import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.http import GraphQLHTTPResponse
from strawberry.subscriptions import GRAPHQL_SSE_PROTOCOL
from strawberry.types import ExecutionResult

from shared.auth.gate import viewer_of
from shared.auth.viewer import Viewer
from shared.errors import IntrospectionOff, InvalidInput, TimedOut
from shared.graphql.context import Context
from shared.graphql.refusals import code_of_text
from shared.graphql.schema import Subgraph
from shared.http import refusal_of, refusal_response

OpenContext = Callable[[Viewer], Context]
"""Makes the context of one request: its loaders live as long as it does."""


_ASKS_FOR_THE_SCHEMA = re.compile(r"\b(__schema|__type|_service)\b")


class GraphQLServer(GraphQL[Context, None]):
    """`seconds` is how long an answer may take; streams may go on. `introspection`: whether the schema is told."""

    def __init__(
        self, schema: Subgraph, open_context: OpenContext, seconds: float = 75.0, *, introspection: bool = True
    ) -> None:
        super().__init__(
            schema, graphql_ide=None, allow_queries_via_get=False, subscription_protocols=[GRAPHQL_SSE_PROTOCOL]
        )
        self._open_context = open_context
        self._seconds = seconds
        self._introspection = introspection

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            response = await self.run(Request(scope, receive))
        except HTTPException as error:
            response = refusal_response(refusal_of(error.status_code, error.reason))
        except (RecursionError, UnicodeDecodeError):
            response = refusal_response(InvalidInput("the body is not JSON, or is nested too deeply"))
        await response(scope, receive, send)

    async def process_result(self, request: Request, result: ExecutionResult) -> GraphQLHTTPResponse:
        """What did not come as far as the mask has no code yet."""
        answer = await super().process_result(request, result)
        errors: list[dict[str, Any]] = cast("Any", answer.get("errors") or [])
        for error in errors:
            error.setdefault("extensions", {"code": code_of_text(error["message"])})
        return answer

    async def execute_single(self, *arguments: Any, **options: Any) -> Any:
        if not self._introspection and _ASKS_FOR_THE_SCHEMA.search(options["request_data"].query or ""):
            raise IntrospectionOff("the schema is not told here")
        try:
            async with asyncio.timeout(self._seconds):
                return await super().execute_single(*arguments, **options)
        except TimeoutError:
            raise TimedOut(f"an answer may take {self._seconds:g} s", allowedSeconds=self._seconds) from None

    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> Context:  # noqa: ARG002
        context = self._open_context(viewer_of(request))
        request.state.context = context
        return context

    def encode_json(self, data: object) -> str:
        return msgspec.json.encode(data).decode()

    async def create_streaming_response(
        self,
        request: Request | WebSocket,
        stream: Callable[[], AsyncIterator[str]],
        sub_response: Response,  # noqa: ARG002
        headers: Mapping[str, str],
    ) -> Response:
        """Once the subscription listens: whoever has the stream's head misses nothing from then on."""
        context: Context = request.state.context
        response = _Stream(stream(), headers)
        try:
            await response.begun(context.stands)
        except BaseException:
            await response.end()
            raise
        return response


class _Stream(StreamingResponse):
    """Pieces of text whose first one is waited for ahead of the head."""

    def __init__(self, pieces: AsyncIterator[str], headers: Mapping[str, str]) -> None:
        super().__init__(self._all(), headers=headers)
        self._pieces = pieces
        self._first = asyncio.ensure_future(anext(pieces, ""))

    async def begun(self, stands: asyncio.Event) -> None:
        """Until it stands, or has something to say already."""
        standing = asyncio.ensure_future(stands.wait())
        await asyncio.wait((self._first, standing), return_when=asyncio.FIRST_COMPLETED)
        standing.cancel()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            await self.end()

    async def end(self) -> None:
        """What makes the pieces ends with them."""
        self._first.cancel()
        await asyncio.gather(self._first, return_exceptions=True)
        if isinstance(self._pieces, AsyncGenerator):
            await self._pieces.aclose()

    async def _all(self) -> AsyncGenerator[str, None]:
        yield await self._first
        async for piece in self._pieces:
            yield piece
