"""`/graphql` by graphql-transport-ws: any number of operations over one WebSocket.

The token comes with the handshake's Authorization header or, from browsers, in the payload of `connection_init`
under the same name; it is the whole socket's.
"""

import asyncio
from collections.abc import Collection
from contextlib import ExitStack, suppress

import structlog
from starlette.websockets import WebSocket, WebSocketDisconnect
from strawberry.http.websocket_origin import is_same_origin

from services.gateway.domain.errors import TooManyRequests, TooManyStreams
from services.gateway.endpoint import messages
from services.gateway.endpoint.admission import Admission
from services.gateway.endpoint.answers import Answer, of_fault, of_refusal, of_request_error
from services.gateway.endpoint.beating import seconds_left
from services.gateway.endpoint.messages import Closing, Complete, ConnectionInit, Ping, Subscribe
from services.gateway.endpoint.operations import Operations
from services.gateway.endpoint.pipe import SLOWEST_TAKE_SECONDS
from services.gateway.federation import RequestError
from services.gateway.subgraph_peers import Caller
from shared.errors import Refusal, Unauthenticated, UpstreamUnavailable

log = structlog.get_logger()

INIT_SECONDS = 10.0
MOST_REASON_BYTES = 123
MESSAGE_TOO_BIG = 1009
PROTOCOL_UNACCEPTABLE = 4406


class GraphQLSockets:
    """`origins` are those of other sites' pages that may open sockets; ours may, and whoever is no browser."""

    def __init__(
        self,
        operations: Operations,
        admission: Admission,
        most_message_bytes: int,
        origins: Collection[str],
        stopping: asyncio.Event,
    ) -> None:
        self.operations = operations
        self.admission = admission
        self.most_message_bytes = most_message_bytes
        self.origins = origins
        self.stopping = stopping

    async def respond(self, websocket: WebSocket) -> None:
        if not self._is_welcome(websocket):
            await websocket.close()  # before it is accepted: the handshake is answered with 403
            return
        if messages.PROTOCOL not in websocket.scope["subprotocols"]:
            await websocket.accept()
            await websocket.close(PROTOCOL_UNACCEPTABLE, "Subprotocol not acceptable")
            return
        await websocket.accept(messages.PROTOCOL)
        await _Conversation(self, websocket).hold()

    def _is_welcome(self, websocket: WebSocket) -> bool:
        origin = websocket.headers.get("origin")
        return origin is None or origin in self.origins or is_same_origin(origin, websocket.headers.get("host"))


class _Conversation:
    """One socket, from its acceptance to its close."""

    def __init__(self, sockets: GraphQLSockets, websocket: WebSocket) -> None:
        self._sockets = sockets
        self._operations = sockets.operations
        self._websocket = websocket
        self._caller: Caller | None = None
        self._running: dict[str, asyncio.Task[None]] = {}
        self._single: set[asyncio.Task[None]] = set()
        self._held = ExitStack()

    async def hold(self) -> None:
        """Until somebody ends it; whatever still runs for it then ends with it."""
        try:
            with self._held:
                async with asyncio.TaskGroup() as tasks:
                    tasks.create_task(self._until_stopping())
                    tasks.create_task(self._read_all(tasks))
        except* Closing as group:
            await self._close(group)
        except* WebSocketDisconnect:
            pass

    async def _until_stopping(self) -> None:
        await self._sockets.stopping.wait()
        await self._finish()
        raise messages.going_away()

    async def _close(self, group: BaseExceptionGroup[Closing]) -> None:
        closing = next(each for each in _leaves(group) if isinstance(each, Closing))
        reason = closing.reason.encode()[:MOST_REASON_BYTES].decode(errors="ignore")
        with suppress(WebSocketDisconnect, RuntimeError, TimeoutError):
            async with asyncio.timeout(SLOWEST_TAKE_SECONDS):
                await self._websocket.close(closing.code, reason)

    async def _read_all(self, tasks: asyncio.TaskGroup) -> None:
        try:
            async with asyncio.timeout(INIT_SECONDS):
                await self._until_known()
        except TimeoutError:
            raise messages.init_timeout() from None
        tasks.create_task(self._until_expired())
        while True:
            match message := await self._next():
                case ConnectionInit():
                    raise messages.too_many_inits()
                case Subscribe():
                    self._start(message, tasks)
                case Complete():
                    self._end(message.id)

    async def _until_known(self) -> None:
        message = await self._next()
        while not isinstance(message, ConnectionInit):
            if isinstance(message, Subscribe):
                raise messages.unauthorized()
            message = await self._next()
        self._caller = await self._known(message)
        try:
            self._held.enter_context(self._operations.stream_of(self._caller))
        except TooManyStreams as refusal:
            raise messages.try_again_later(refusal.message) from refusal
        await self._send("connection_ack")

    async def _next(self) -> messages.FromClient:
        """What is to be acted on; pings are answered here."""
        while True:
            received = await self._websocket.receive()
            if received["type"] == "websocket.disconnect":
                raise WebSocketDisconnect(received.get("code", 1005))
            text = received.get("text")
            if text is None:
                raise messages.bad_request("Invalid message: it is not text")
            if len(text.encode()) > self._sockets.most_message_bytes:
                raise Closing(MESSAGE_TOO_BIG, f"a message has at most {self._sockets.most_message_bytes} bytes")
            message = messages.read(text)
            if not isinstance(message, Ping):
                return message
            await self._send("pong", payload=message.payload)

    async def _known(self, message: ConnectionInit) -> Caller:
        try:
            return await self._sockets.admission.known(self._websocket, self._authorization(message))
        except Unauthenticated as refusal:
            raise messages.forbidden(refusal.message) from refusal
        except (TooManyRequests, UpstreamUnavailable) as refusal:
            raise messages.try_again_later(refusal.message) from refusal

    def _authorization(self, message: ConnectionInit) -> str:
        payload = {name.lower(): value for name, value in (message.payload or {}).items()}
        given = payload.get("authorization", self._websocket.headers.get("authorization", ""))
        return given if isinstance(given, str) else ""

    async def _until_expired(self) -> None:
        if self._caller is None or self._caller.viewer.known_until is None:
            return
        await asyncio.sleep(seconds_left(self._caller.viewer.known_until))
        await self._finish()
        raise messages.forbidden("The token has expired.")

    async def _finish(self) -> None:
        """What has a single answer is waited for: it is under way."""
        while self._single:
            await asyncio.wait(self._single)

    def _start(self, message: Subscribe, tasks: asyncio.TaskGroup) -> None:
        if message.id in self._running:
            raise messages.subscriber_exists(message.id)
        self._running[message.id] = tasks.create_task(self._run(message))

    def _end(self, operation_id: str) -> None:
        """Nothing more is sent of it; its id is free again."""
        task = self._running.pop(operation_id, None)
        if task:
            task.cancel()

    async def _run(self, message: Subscribe) -> None:
        refused: Answer | None = None
        try:
            await self._pass_on(message)
        except RequestError as error:
            refused = of_request_error(error)
        except Refusal as refusal:
            refused = of_refusal(refusal)
        except (Closing, WebSocketDisconnect):
            raise
        except Exception:
            log.exception("operation failed")
            refused = of_fault()
        self._running.pop(message.id, None)  # before it is told: from then on the client may use the id again
        if refused:
            await self._send("error", message.id, refused["errors"])
        else:
            await self._send("complete", message.id)

    async def _pass_on(self, message: Subscribe) -> None:
        if self._caller is not None:
            await self._sockets.admission.count(self._websocket, self._caller)
        asked = message.payload.asked()
        prepared = self._operations.prepare(asked)
        if prepared.kind != "subscription" and (task := asyncio.current_task()):
            self._single.add(task)
            task.add_done_callback(self._single.discard)
        with self._operations.stream_of(self._caller):
            async with self._operations.answers(prepared, asked, self._caller) as answers:
                async for answer in answers:
                    await self._send("next", message.id, answer)

    async def _send(self, kind: str, operation_id: str | None = None, payload: object = None) -> None:
        try:
            async with asyncio.timeout(SLOWEST_TAKE_SECONDS):
                await self._websocket.send_text(messages.written(kind, operation_id, payload))
        except TimeoutError:
            log.warning("client too slow, given up")
            raise WebSocketDisconnect(1006) from None


def _leaves(group: BaseExceptionGroup[BaseException]) -> list[BaseException]:
    return [
        leaf
        for each in group.exceptions
        for leaf in (_leaves(each) if isinstance(each, BaseExceptionGroup) else [each])
    ]
