"""`/graphql` by the GraphQL over HTTP specification; event streams by graphql-sse, in both of its modes."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass

import msgspec
import structlog
from starlette.requests import Request
from starlette.responses import Response

from services.gateway.endpoint.admission import Admission, is_ours
from services.gateway.endpoint.answers import Answer, of_bad_request, of_fault, of_refusal, of_request_error
from services.gateway.endpoint.asked import Asked, BadRequest, read_get, read_post
from services.gateway.endpoint.beating import Lifetime
from services.gateway.endpoint.connected import ClientGone, while_connected
from services.gateway.endpoint.event_response import EventResponse
from services.gateway.endpoint.graphiql import graphiql_page, plain_page
from services.gateway.endpoint.media_type import EVENT_STREAM, GRAPHQL_RESPONSE, HTML, JSON, preferred, takes_events
from services.gateway.endpoint.operations import Operations
from services.gateway.endpoint.single_connection import SingleConnections, ticket_of
from services.gateway.federation import Prepared, RequestError
from services.gateway.subgraph_peers import Caller
from shared.errors import InvalidInput, Refusal, TooComplex, Unauthenticated
from shared.http import headers_of, status_of

log = structlog.get_logger()

CLIENT_CLOSED_REQUEST = 499
METHODS = ("GET", "POST", "PUT", "DELETE")
"""The latter two are of graphql-sse's single connection mode."""


@dataclass(frozen=True, slots=True)
class RequestLimits:
    """`batch` is how many operations a request may hold as a list; 0: it holds one, and no list. `graphiql` is whether
    browsers get it."""

    body_bytes: int
    batch: int = 0
    graphiql: bool = True


class GraphQLEndpoint:
    """Answers one request at a time; holds nothing of any of them but streams that are reserved."""

    def __init__(
        self, operations: Operations, admission: Admission, limits: RequestLimits, stopping: asyncio.Event
    ) -> None:
        self._operations = operations
        self._admission = admission
        self._limits = limits
        self._stopping = stopping
        self._singles = SingleConnections(operations, stopping)

    async def respond(self, request: Request) -> Response:
        media_type = preferred(_accept(request))
        if media_type == HTML and request.method == "GET":
            return graphiql_page() if self._limits.graphiql else plain_page()
        if media_type is None:
            return _response(406, of_bad_request("nothing that we can answer with is acceptable"), JSON)
        media_type = JSON if media_type == HTML else media_type
        try:
            return await self._respond(request, media_type)
        except BadRequest as fault:
            return _response(fault.status, of_bad_request(fault.message), media_type, fault.headers)
        except RequestError as refused:
            return self._refused(request, refused, media_type)
        except Refusal as refusal:
            return _refusal(refusal, media_type)
        except ClientGone:
            return Response(status_code=CLIENT_CLOSED_REQUEST)
        except Exception:
            log.exception("request failed")
            return _response(500, of_fault(), media_type)

    async def _respond(self, request: Request, media_type: str) -> Response:
        caller, ticket = await self._admission.admit(request), ticket_of(request)
        if request.method in {"PUT", "DELETE"} or (ticket and request.method == "GET" and media_type == EVENT_STREAM):
            return self._singles.respond(request, caller, ticket)
        asked = await self._asked(request)
        if isinstance(asked, list):
            return _response(200, await while_connected(request, self._batch(request, asked, caller)), media_type)
        prepared = self._operations.prepare(asked, is_ours=is_ours(request))
        if ticket and request.method == "POST":
            return self._singles.start(ticket, caller, prepared, asked)
        is_stream = media_type == EVENT_STREAM or (prepared.kind == "subscription" and takes_events(_accept(request)))
        _refuse_kind(request, prepared, is_stream=is_stream)
        refuse_strangers(prepared, caller)
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

    def _refused(self, request: Request, refused: RequestError, media_type: str) -> Response:
        """A request that fits neither grammar nor schema."""
        answer = of_request_error(refused)
        if media_type == EVENT_STREAM:
            # A browser's EventSource sees nothing of a response that is not 200.
            return EventResponse(_one(answer), nullcontext(), Lifetime())
        # The older media type has no status for it but 200; to a client with a stream that says: answers come there.
        is_told = media_type == GRAPHQL_RESPONSE or ticket_of(request) is not None
        return _response(400 if is_told else 200, answer, media_type)

    async def _asked(self, request: Request) -> Asked | list[Asked]:
        if request.method == "POST":
            return await read_post(request, self._limits.body_bytes)
        return read_get(request)

    async def _batch(self, request: Request, batch: list[Asked], caller: Caller | None) -> list[Answer]:
        """One after the other, as their order may matter."""
        allowed, asked = self._limits.batch, len(batch)
        if not allowed:
            raise BadRequest(400, "a request is a JSON object, and no list")
        if not batch:
            raise BadRequest(400, "the list of operations is empty")
        if asked > allowed:
            message = f"a request may hold {allowed} operations, not {asked}"
            raise TooComplex(message, limit="batch", allowed=allowed, asked=asked)
        if caller is not None:
            await self._admission.count(request, caller, len(batch) - 1)
        return [await self._one_of_batch(asked, caller) for asked in batch]

    async def _one_of_batch(self, asked: Asked, caller: Caller | None) -> Answer:
        try:
            prepared = self._operations.prepare(asked)
            if prepared.kind == "subscription":
                raise InvalidInput("a batch holds no subscriptions")
            refuse_strangers(prepared, caller)
            return await self._operations.answer(prepared, asked, caller)
        except RequestError as refused:
            return of_request_error(refused)
        except Refusal as refusal:
            return of_refusal(refusal)


def refuse_strangers(prepared: Prepared, caller: Caller | None) -> None:
    """Only what the schema is may be asked without a token."""
    if caller is None and not prepared.is_about_the_schema:
        raise Unauthenticated("a bearer token is required")


def _accept(request: Request) -> str | None:
    """The header may come in several lines."""
    return ",".join(request.headers.getlist("accept")) or None


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
    return _response(status_of(refusal.code), of_refusal(refusal), media_type, headers_of(refusal))


def _response(
    status: int, answer: Answer | list[Answer] | bytes, media_type: str, headers: Mapping[str, str] | None = None
) -> Response:
    """In JSON, also where an event stream was asked for: then there is none."""
    content_type = f"{JSON if media_type == EVENT_STREAM else media_type}; charset=utf-8"
    body = answer if isinstance(answer, bytes) else msgspec.json.encode(answer)
    return Response(body, status, headers, content_type)
