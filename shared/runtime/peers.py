"""Asking another service over HTTP, whether it is in this process or not."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit

import aiohttp
from starlette.types import ASGIApp, Message

from shared.errors import UpstreamUnavailable

PEER_TIMEOUT_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class PeerResponse:
    """`headers` have lower-case names."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Peer(Protocol):
    async def request(self, method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> PeerResponse:
        """Raises UpstreamUnavailable when there is no answer."""


class InProcessPeer:
    """inproc://name: calls the service's ASGI app. It is found at the first request, since peers may be circular."""

    def __init__(self, name: str, find_app: Callable[[str], ASGIApp]) -> None:
        self._name = name
        self._find_app = find_app

    async def request(self, method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> PeerResponse:
        try:
            app = self._find_app(self._name)
        except KeyError as error:
            raise UpstreamUnavailable(f"{self._name} is not at work in this process") from error
        exchange = _Exchange(body)
        await app(_scope(method, path, headers), exchange.receive, exchange.send)
        return exchange.response()


class HttpPeer:
    """http://host:port: one session for the whole process."""

    def __init__(self, url: str, session: aiohttp.ClientSession) -> None:
        self._url = url.rstrip("/")
        self._session = session

    async def request(self, method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> PeerResponse:
        try:
            async with self._session.request(method, self._url + path, headers=headers, data=body) as response:
                received = {name.lower(): value for name, value in response.headers.items()}
                return PeerResponse(response.status, received, await response.read())
        except (aiohttp.ClientError, TimeoutError) as error:
            raise UpstreamUnavailable(f"{urlsplit(self._url).netloc} did not answer") from error


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
