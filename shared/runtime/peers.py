"""Asking another service over HTTP, whether it is in this process or not."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Protocol
from urllib.parse import urlsplit

import aiohttp
import structlog
from starlette.types import ASGIApp, Message

from shared.errors import UpstreamUnavailable

PEER_TIMEOUT_SECONDS = 60.0
PEER_KEEP_ALIVE_SECONDS = 15
MOST_ANSWER_BYTES = 64_000_000
SILENCE_SECONDS = 40.0
"""Streams beat like hearts, oftener than this."""
_STREAMING = aiohttp.ClientTimeout(total=None, sock_connect=PEER_TIMEOUT_SECONDS, sock_read=SILENCE_SECONDS)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class PeerResponse:
    """`headers` have lower-case names."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class PeerStream:
    """An answer that is still coming; reading `chunks` raises UpstreamUnavailable when it breaks off."""

    status: int
    headers: Mapping[str, str]
    chunks: AsyncIterator[bytes]


class Peer(Protocol):
    async def request(self, method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> PeerResponse:
        """Raises UpstreamUnavailable when there is no answer."""

    def stream(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes = b""
    ) -> AbstractAsyncContextManager[PeerStream]:
        """The answer as it comes, however long that takes; leaving the block ends it on the other side too.

        Raises UpstreamUnavailable when there is none, or nothing has come of it for SILENCE_SECONDS.
        """


def peer_session() -> aiohttp.ClientSession:
    """For all HTTP peers of a process. No limit: streams hold their connections, and others must not wait for one."""
    connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=PEER_KEEP_ALIVE_SECONDS)
    return aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=PEER_TIMEOUT_SECONDS), connector=connector)


class InProcessPeer:
    """inproc://name: calls the service's ASGI app. It is found at the first request, since peers may be circular."""

    def __init__(self, name: str, find_app: Callable[[str], ASGIApp]) -> None:
        self._name = name
        self._find_app = find_app

    async def request(self, method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> PeerResponse:
        exchange = _Exchange(body)
        await self._app()(_scope(method, path, headers), exchange.receive, exchange.send)
        return exchange.response()

    @asynccontextmanager
    async def stream(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes = b""
    ) -> AsyncGenerator[PeerStream, None]:
        flow = _Flow(body)
        running = asyncio.create_task(flow.run(self._app(), _scope(method, path, headers)))
        try:
            yield await flow.begun()
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

    def _app(self) -> ASGIApp:
        try:
            return self._find_app(self._name)
        except KeyError as error:
            raise UpstreamUnavailable(f"{self._name} is not at work in this process") from error


class HttpPeer:
    """http://host:port: one session for the whole process."""

    def __init__(self, url: str, session: aiohttp.ClientSession) -> None:
        self._url = url.rstrip("/")
        self._session = session

    async def request(self, method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> PeerResponse:
        try:
            asking = self._session.request(method, self._url + path, headers=headers, data=body, allow_redirects=False)
            async with asking as response:
                received = {name.lower(): value for name, value in response.headers.items()}
                return PeerResponse(response.status, received, await self._whole(response))
        except (aiohttp.ClientError, TimeoutError) as error:
            raise self._unavailable("did not answer") from error

    async def _whole(self, response: aiohttp.ClientResponse) -> bytes:
        body = bytearray()
        async for chunk in response.content.iter_any():
            body += chunk
            if len(body) > MOST_ANSWER_BYTES:
                raise self._unavailable("answered with too much")
        return bytes(body)

    @asynccontextmanager
    async def stream(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes = b""
    ) -> AsyncGenerator[PeerStream, None]:
        ask = partial(self._session.request, timeout=_STREAMING, allow_redirects=False)
        async with AsyncExitStack() as stack:
            try:
                asking = ask(method, self._url + path, headers=headers, data=body)
                response = await stack.enter_async_context(asking)
            except (aiohttp.ClientError, TimeoutError) as error:
                raise self._unavailable("did not answer") from error
            received = {name.lower(): value for name, value in response.headers.items()}
            yield PeerStream(response.status, received, self._chunks(response))

    async def _chunks(self, response: aiohttp.ClientResponse) -> AsyncGenerator[bytes, None]:
        try:
            async for chunk in response.content.iter_any():
                yield chunk
        except (aiohttp.ClientError, TimeoutError) as error:
            raise self._unavailable("broke off") from error

    def _unavailable(self, what: str) -> UpstreamUnavailable:
        return UpstreamUnavailable(f"{urlsplit(self._url).netloc} {what}")


class _Exchange:
    """One request and its answer, as ASGI messages."""

    def __init__(self, body: bytes) -> None:
        self._body: bytes | None = body
        self._status = 500
        self._headers: dict[str, str] = {}
        self._answer = bytearray()

    async def receive(self) -> Message:
        """The body once; after it the client stays until the exchange is over or cancelled."""
        if self._body is None:
            await asyncio.get_running_loop().create_future()
        body, self._body = self._body, None
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._status = message["status"]
            self._headers = {name.decode().lower(): value.decode() for name, value in message["headers"]}
        elif message["type"] == "http.response.body":
            self._answer += message.get("body", b"")

    def response(self) -> PeerResponse:
        return PeerResponse(self._status, self._headers, bytes(self._answer))


class _Flow:
    """One request and its answer piece by piece: the app waits for whoever reads it."""

    def __init__(self, body: bytes) -> None:
        self._exchange = _Exchange(body)
        self._messages: asyncio.Queue[Message | None] = asyncio.Queue(maxsize=1)

    async def run(self, app: ASGIApp, scope: dict[str, object]) -> None:
        """Ends the answer where the app does, or fails."""
        try:
            await app(scope, self._exchange.receive, self._messages.put)
        except Exception:
            # Over HTTP the connection would have broken: an app in our own process is no worse.
            log.exception("peer failed")
        await self._messages.put(None)

    async def begun(self) -> PeerStream:
        message = await self._messages.get()
        if message is None:
            raise UpstreamUnavailable("it failed")
        await self._exchange.send(message)
        head = self._exchange.response()
        return PeerStream(head.status, head.headers, self._chunks())

    async def _chunks(self) -> AsyncGenerator[bytes, None]:
        while message := await self._messages.get():
            if body := message.get("body", b""):
                yield body
            if not message.get("more_body"):
                return
        raise UpstreamUnavailable("it broke off")


def _scope(method: str, path: str, headers: Mapping[str, str]) -> dict[str, object]:
    bare_path, _, query = path.partition("?")
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": bare_path,
        "raw_path": bare_path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
        "client": None,
        "server": None,
        "state": {},
    }
