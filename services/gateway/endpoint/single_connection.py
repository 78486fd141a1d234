"""graphql-sse's single connection mode: one event stream for all operations of a client, each asked for by itself.

    PUT                                    201 and a token: the stream is reserved
    GET, with the token                    the stream, once
    POST, with the token                   202: the answers come over the stream, by `extensions.operationId`
    DELETE ?operationId=, with the token   200: no more of them

The token is the ticket to the stream, since a browser's EventSource sends no headers; all else needs an Authorization
of the subject that has reserved it. Reservations are known to the process that has made them, and to no other.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import ExitStack, aclosing, suppress
from secrets import token_urlsafe
from typing import Any

import structlog
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from services.gateway.endpoint.answers import Answer, of_fault, of_refusal
from services.gateway.endpoint.asked import Asked, BadRequest
from services.gateway.endpoint.beating import Expired, Lifetime, Stopping, beating
from services.gateway.endpoint.connected import ClientGone, while_connected
from services.gateway.endpoint.operations import Operations
from services.gateway.endpoint.pipe import Pipe
from services.gateway.federation import Prepared
from services.gateway.subgraph_peers import Caller
from shared.errors import NotFound, Refusal, Unauthenticated

log = structlog.get_logger()

TICKET_HEADER = "x-graphql-event-stream-token"
TICKET_PARAMETER = "token"
UNCLAIMED_SECONDS = 10.0

Told = tuple[str, Answer]
"""An event's name and its data."""


def ticket_of(request: Request) -> str | None:
    by_header = TICKET_HEADER in request.headers and request.headers[TICKET_HEADER]
    return by_header or (request.query_params.get(TICKET_PARAMETER) if request.scope["query_string"] else None)


class SingleConnections:
    """Those that are reserved or open, by their tickets. Each counts as one of its caller's streams."""

    def __init__(self, operations: Operations, stopping: asyncio.Event) -> None:
        self._operations = operations
        self._stopping = stopping
        self._reservations: dict[str, _Reservation] = {}

    def respond(self, request: Request, caller: Caller | None, ticket: str | None) -> Response:
        """To whatever asks for no operation. Raises Unauthenticated, NotFound, TooManyStreams, BadRequest."""
        if request.method == "GET":
            return self._open(ticket or "")
        if caller is None:
            raise Unauthenticated("a bearer token is required")
        if request.method == "PUT":
            return self._reserve(caller)
        self._known_to(caller, ticket or "").stop(request.query_params.get("operationId", ""))
        return Response()

    def _reserve(self, caller: Caller) -> Response:
        reservation = _Reservation(caller, self._operations)
        ticket = token_urlsafe()
        self._reservations[ticket] = reservation
        asyncio.get_running_loop().call_later(UNCLAIMED_SECONDS, self._end_unclaimed, ticket)
        return PlainTextResponse(ticket, 201)

    def _open(self, ticket: str) -> Response:
        reservation = self._known(ticket)
        if reservation.is_claimed:
            raise BadRequest(409, "the stream is open already")
        reservation.is_claimed = True
        lifetime = Lifetime(reservation.caller.viewer.known_until, self._stopping)
        return _Stream(reservation, lifetime, lambda: self._end(ticket))

    def start(self, ticket: str, caller: Caller | None, prepared: Prepared, asked: Asked) -> Response:
        """Raises NotFound, BadRequest."""
        reservation = self._known_to(caller, ticket)
        operation_id = (asked.extensions or {}).get("operationId")
        if not isinstance(operation_id, str) or not operation_id:
            raise BadRequest(400, "the extension `operationId` is missing")
        reservation.start(operation_id, prepared, asked)
        return Response(status_code=202)

    def _known(self, ticket: str) -> "_Reservation":
        try:
            return self._reservations[ticket]
        except KeyError:
            raise NotFound("no stream is reserved under that token") from None

    def _known_to(self, caller: Caller | None, ticket: str) -> "_Reservation":
        reservation = self._known(ticket)
        if caller is None or caller.viewer != reservation.caller.viewer:
            raise NotFound("no stream is reserved under that token")
        return reservation

    def _end_unclaimed(self, ticket: str) -> None:
        reservation = self._reservations.get(ticket)
        if reservation and not reservation.is_claimed:
            self._end(ticket)

    def _end(self, ticket: str) -> None:
        self._reservations.pop(ticket).close()


class _Reservation:
    """One client's stream from its reservation to its end, and what runs for it. Nothing piles up: an operation waits
    until its event is taken."""

    def __init__(self, caller: Caller, operations: Operations) -> None:
        """Raises TooManyStreams."""
        self.caller = caller
        self.is_claimed = False
        self._operations = operations
        self._running: dict[str, asyncio.Task[None]] = {}
        self._streams: set[str] = set()
        self._told: asyncio.Queue[Told | None] = asyncio.Queue(maxsize=1)
        self._held = ExitStack()
        self._held.enter_context(operations.stream_of(caller))

    def start(self, operation_id: str, prepared: Prepared, asked: Asked) -> None:
        if operation_id in self._running:
            raise BadRequest(409, "an operation with that operationId runs already")
        if prepared.kind == "subscription":
            self._streams.add(operation_id)
        self._running[operation_id] = asyncio.create_task(self._run(operation_id, prepared, asked))

    def stop(self, operation_id: str) -> None:
        """Nothing more is told of it; its id is free again."""
        self._streams.discard(operation_id)
        task = self._running.pop(operation_id, None)
        if task:
            task.cancel()

    def close(self) -> None:
        for operation_id in [*self._running]:
            self.stop(operation_id)
        self._held.close()

    async def told(self) -> AsyncGenerator[Told, None]:
        while told := await self._told.get():
            yield told

    async def last(self, reason: Refusal | None) -> AsyncGenerator[Told, None]:
        """Streams end, for that reason; what has a single answer is under way, and waited for."""
        for operation_id in [*self._streams]:
            self.stop(operation_id)
            if reason:
                yield "next", {"id": operation_id, "payload": of_refusal(reason)}
                yield "complete", {"id": operation_id}
        ending = asyncio.create_task(self._end())
        async for told in self.told():
            yield told
        await ending

    async def _end(self) -> None:
        if self._running:
            await asyncio.wait(self._running.values())
        await self._told.put(None)

    async def _run(self, operation_id: str, prepared: Prepared, asked: Asked) -> None:
        try:
            with self._operations.stream_of(self.caller):
                async with self._operations.answers(prepared, asked, self.caller) as answers:
                    async for answer in answers:
                        await self._tell(operation_id, answer)
        except Refusal as refusal:
            await self._tell(operation_id, of_refusal(refusal))
        except Exception:
            log.exception("operation failed")
            await self._tell(operation_id, of_fault())
        self._streams.discard(operation_id)
        self._running.pop(operation_id, None)  # before it is told: from then on the client may use the id again
        await self._told.put(("complete", {"id": operation_id}))

    async def _tell(self, operation_id: str, answer: Answer) -> None:
        await self._told.put(("next", {"id": operation_id, "payload": answer}))


class _Stream(Response):
    """It ends with the token that it was reserved with, or with the process."""

    def __init__(self, reservation: _Reservation, lifetime: Lifetime, ended: Callable[[], Any]) -> None:
        super().__init__()
        self._reservation = reservation
        self._lifetime = lifetime
        self._ended = ended

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            with suppress(ClientGone):
                await while_connected(Request(scope, receive), self._tell_all(Pipe(send)))
        finally:
            self._ended()

    async def _tell_all(self, pipe: Pipe) -> None:
        await pipe.open()
        reason = None
        try:
            async with aclosing(beating(self._reservation.told(), self._lifetime)) as beats:
                async for told in beats:
                    await (pipe.tell(*told) if told else pipe.beat())
        except Expired:
            reason = Unauthenticated("The token has expired.")
        except Stopping:
            pass  # without `complete`: the client is to come again
        async for told in self._reservation.last(reason):
            await pipe.tell(*told)
        await pipe.close()
