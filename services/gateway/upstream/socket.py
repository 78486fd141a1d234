"""A subscription at a subgraph by graphql-transport-ws, for those who have no event streams: a socket for each."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import aiohttp
import msgspec

from services.gateway.federation import FetchRequest, SubgraphUnavailable
from services.gateway.subgraph_peers import caller_of
from shared.runtime.peers import MOST_ANSWER_BYTES

PROTOCOL = "graphql-transport-ws"
HEARTBEAT_SECONDS = 20.0
_GOODBYE = aiohttp.ClientWSTimeout(ws_close=1.0)
_ONLY = b'{"id":"1","type":"subscribe","payload":%s}'


class Ack(msgspec.Struct, tag_field="type", tag="connection_ack"):
    pass


class Next(msgspec.Struct, tag_field="type", tag="next"):
    payload: msgspec.Raw


class Error(msgspec.Struct, tag_field="type", tag="error"):
    payload: msgspec.Raw


class Complete(msgspec.Struct, tag_field="type", tag="complete"):
    pass


class Ping(msgspec.Struct, tag_field="type", tag="ping"):
    pass


class Pong(msgspec.Struct, tag_field="type", tag="pong"):
    pass


_DECODER = msgspec.json.Decoder(Ack | Next | Error | Complete | Ping | Pong)


class Sockets:
    """Those at one address, `http://` or `https://`, which becomes `ws://` or `wss://`."""

    def __init__(self, url: str, session: aiohttp.ClientSession, timeout_seconds: float) -> None:
        self._url = f"ws{url.removeprefix('http')}"
        self._session = session
        self._timeout_seconds = timeout_seconds

    @asynccontextmanager
    async def subscribe(self, request: FetchRequest, /) -> AsyncGenerator[AsyncIterator[bytes], None]:
        """A response's body for each event. Raises SubgraphUnavailable when there is no such socket, or it breaks."""
        async with AsyncExitStack() as stack:
            try:
                async with asyncio.timeout(self._timeout_seconds):
                    socket = await stack.enter_async_context(self._opened(request))
                    await socket.send_str((_ONLY % request.body).decode())
            except (aiohttp.ClientError, TimeoutError) as error:
                raise SubgraphUnavailable("it has no sockets") from error
            yield _bodies(socket)

    @asynccontextmanager
    async def _opened(self, request: FetchRequest) -> AsyncGenerator[aiohttp.ClientWebSocketResponse, None]:
        """The caller's token goes with the handshake and, as most servers want it, in the first message."""
        caller = caller_of(request)
        authorization = {"authorization": caller.authorization} if caller.authorization else {}
        opening = self._session.ws_connect(
            self._url,
            protocols=(PROTOCOL,),
            headers={**authorization, **caller.headers},
            heartbeat=HEARTBEAT_SECONDS,
            timeout=_GOODBYE,
            max_msg_size=MOST_ANSWER_BYTES,
        )
        async with opening as socket:
            if socket.protocol != PROTOCOL:
                raise SubgraphUnavailable("it speaks another protocol")
            await socket.send_json({"type": "connection_init", "payload": authorization})
            while not isinstance(await _next(socket), Ack):
                pass
            yield socket


async def _bodies(socket: aiohttp.ClientWebSocketResponse) -> AsyncGenerator[bytes, None]:
    while True:
        match await _next(socket):
            case Next(payload):
                yield bytes(payload)
            case Error(payload):
                yield b'{"data":null,"errors":%s}' % bytes(payload)
                return
            case Complete():
                return


async def _next(socket: aiohttp.ClientWebSocketResponse) -> Ack | Next | Error | Complete | Pong:
    """Pings are answered here."""
    while True:
        message = await socket.receive()
        if message.type is not aiohttp.WSMsgType.TEXT:
            raise SubgraphUnavailable("its stream broke off")
        try:
            told: Ack | Next | Error | Complete | Ping | Pong = _DECODER.decode(message.data)
        except (msgspec.DecodeError, UnicodeError) as error:
            raise SubgraphUnavailable("its stream broke off") from error
        if not isinstance(told, Ping):
            return told
        await socket.send_json({"type": "pong"})
