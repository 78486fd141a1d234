"""`/graphql` by the GraphQL over HTTP specification; event streams by graphql-sse, a connection for each operation."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, nullcontext

import msgspec
import structlog
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from strawberry.http.ides import get_graphql_ide_html

from services.gateway.endpoint.answers import Answer, of_bad_request, of_fault, of_refusal, of_request_error
from services.gateway.endpoint.asked import Asked, BadRequest, read_get, read_post
from services.gateway.endpoint.beating import Lifetime
from services.gateway.endpoint.connected import ClientGone, while_connected
from services.gateway.endpoint.event_response import EventResponse
from services.gateway.endpoint.media_type import EVENT_STREAM, GRAPHQL_RESPONSE, HTML, JSON, preferred, takes_events
from services.gateway.endpoint.operations import Operations
from services.gateway.federation import Prepared, RequestError
from services.gateway.subgraph_peers import Caller
from shared.errors import InvalidInput, Refusal
from shared.http import CONFLICT, STATUS

log = structlog.get_logger()

Authenticate = Callable[[str], Awaitable[Caller]]
"""Who asks, by the Authorization header; raises Unauthenticated."""

CLIENT_CLOSED_REQUEST = 499


class GraphQLEndpoint:
    """Answers one request at a time; holds nothing of any of them."""

    def __init__(
        self, operations: Operations, authenticate: Authenticate, most_body_bytes: int, stopping: asyncio.Event
    ) -> None:
        self._operations = operations
        self._authenticate = authenticate
        self._most_body_bytes = most_body_bytes
        self._stopping = stopping

    async def respond(self, request: Request) -> Response:
        media_type = preferred(request.headers.get("accept"))
        if media_type == HTML and request.method == "GET":
            return HTMLResponse(get_graphql_ide_html("graphiql"))
        if media_type is None:
            return _response(406, of_bad_request("nothing that we can answer with is acceptable"), JSON)
        media_type = JSON if media_type == HTML else media_type
        try:
            return await self._respond(request, media_type)
        except BadRequest as fault:
            return _response(fault.status, of_bad_request(fault.message), media_type, fault.headers)
        except RequestError as refused:
            return self._refused(refused, media_type)
        except Refusal as refusal:
            return _refusal(refusal, media_type)
        except ClientGone:
            return Response(status_code=CLIENT_CLOSED_REQUEST)
        except Exception:
            log.exception("request failed")
            return _response(500, of_fault(), media_type)

    async def _respond(self, request: Request, media_type: str) -> Response:
        asked = await self._asked(request)
        prepared = self._operations.prepare(asked)
        is_stream = media_type == EVENT_STREAM or (
            prepared.kind == "subscription" and takes_events(request.headers.get("accept"))
        )
        _refuse_kind(request, prepared, is_stream=is_stream)
        known = prepared.is_about_the_schema
        caller = None if known else await self._authenticate(request.headers.get("authorization", ""))
        if is_stream:
            hold = nullcontext() if caller is None else self._operations.stream_of(caller)
            return EventResponse(
                self._operations.answers(prepared, asked, caller), hold, self._lifetime(prepared, caller)
            )
        return _response(
            200, await while_connected(request, self._operations.written(prepared, asked, caller)), media_type
        )

    def _lifetime(self, prepared: Prepared, caller: Caller | None) -> Lifetime:
        if caller is None or prepared.kind != "subscription":
            return Lifetime()
        return Lifetime(caller.viewer.known_until, self._stopping)

    def _refused(self, refused: RequestError, media_type: str) -> Response:
        """A request that fits neither grammar nor schema."""
        answer = of_request_error(refused)
        if media_type == EVENT_STREAM:
            # A browser's EventSource sees nothing of a response that is not 200.
            return EventResponse(_one(answer), nullcontext(), Lifetime())
        # The older media type has no status for it but 200.
        return _response(400 if media_type == GRAPHQL_RESPONSE else 200, answer, media_type)

    async def _asked(self, request: Request) -> Asked:
        if request.method == "POST":
            return await read_post(request, self._most_body_bytes)
        return read_get(request)


def _refuse_kind(request: Request, prepared: Prepared, *, is_stream: bool) -> None:
    """GET changes nothing, and one response is no stream."""
    if request.method != "POST" and prepared.kind == "mutation":
        raise BadRequest(405, "a mutation needs POST", {"Allow": "POST"})
    if prepared.kind == "subscription" and not is_stream:
        raise InvalidInput(f"a subscription needs `Accept: {EVENT_STREAM}`, or a WebSocket")


@asynccontextmanager
async def _one(answer: Answer) -> AsyncGenerator[AsyncIterator[Answer], None]:
    async def answers() -> AsyncGenerator[Answer, None]:
        yield answer

    yield answers()


def _refusal(refusal: Refusal, media_type: str) -> Response:
    headers = {"WWW-Authenticate": "Bearer"} if refusal.code == "UNAUTHENTICATED" else None
    return _response(STATUS.get(refusal.code, CONFLICT), of_refusal(refusal), media_type, headers)


def _response(
    status: int, answer: Answer | bytes, media_type: str, headers: Mapping[str, str] | None = None
) -> Response:
    """In JSON, also where an event stream was asked for: then there is none."""
    content_type = f"{JSON if media_type == EVENT_STREAM else media_type}; charset=utf-8"
    body = answer if isinstance(answer, bytes) else msgspec.json.encode(answer)
    return Response(body, status, headers, content_type)
