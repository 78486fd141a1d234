"""One HTTP/1.1 connection to a subgraph: a request out, its answer in, and so on while both sides keep it.

Plain `http://` and nothing else, because that is where subgraphs are and what there is to gain: a request costs a tenth
of what it costs through aiohttp, which remains for streams, TLS and proxies.
"""

import asyncio
from typing import Any

import httptools
import msgspec

_LAST_INTERIM = 199


class ConnectionBroke(Exception):
    """The answer did not come whole. `has_begun`: some of it did."""

    def __init__(self, why: str, *, has_begun: bool) -> None:
        super().__init__(why)
        self.has_begun = has_begun


class HttpAnswer(msgspec.Struct, frozen=True):
    status: int
    body: bytes


class Connection(asyncio.Protocol):
    """`most_bytes` is how large an answer may be."""

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._loop = asyncio.get_running_loop()
        self._transport: Any = None  # uvloop's is no asyncio.Transport
        self._answer: asyncio.Future[HttpAnswer] | None = None
        self.is_open = False
        self.idle_since = 0.0
        self._parser = httptools.HttpResponseParser(self)
        self._begin()

    def _begin(self) -> None:
        self._chunks: list[bytes] = []
        self._size = 0
        self._has_begun = False
        self._has_length = False
        self._has_head = False

    async def exchange(self, request: bytes) -> HttpAnswer:
        """Raises ConnectionBroke. Cancelled, it leaves the connection closed: its answer may still be on the way."""
        if not self.is_open:
            raise ConnectionBroke("it hung up", has_begun=False)
        self._answer = self._loop.create_future()
        self._transport.write(request)
        try:
            return await self._answer
        except asyncio.CancelledError:
            self.close()
            raise
        finally:
            self._answer = None

    def close(self) -> None:
        self.is_open = False
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        self.is_open = True

    def data_received(self, data: bytes) -> None:
        if self._answer is None or self._answer.done():
            self.close()  # nobody asked
            return
        self._has_begun = True
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            self._fail("its answer is not HTTP")

    def connection_lost(self, error: Exception | None) -> None:  # noqa: ARG002 - whatever it was, there is no answer
        self.is_open = False
        if self._has_head and not self._has_length:
            self._complete(is_last=True)  # the end of the connection is the end of the answer
        else:
            self._fail("it hung up")

    def on_header(self, name: bytes, value: bytes) -> None:  # noqa: ARG002
        self._has_length |= name.lower() in {b"content-length", b"transfer-encoding"}

    def on_headers_complete(self) -> None:
        self._has_head = self._parser.get_status_code() > _LAST_INTERIM

    def on_body(self, body: bytes) -> None:
        self._size += len(body)
        if self._size > self._most_bytes:
            self._fail("its answer is too large")
        else:
            self._chunks.append(body)

    def on_message_complete(self) -> None:
        if self._has_head:
            self._complete(is_last=not self._parser.should_keep_alive())

    def _complete(self, *, is_last: bool) -> None:
        answer = HttpAnswer(self._parser.get_status_code(), b"".join(self._chunks))
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(answer)
        self._begin()
        if is_last:
            self.close()

    def _fail(self, why: str) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(ConnectionBroke(why, has_begun=self._has_begun))
        self.close()
