"""The way of events to one client; it is full when the client does not read."""

import asyncio

import msgspec
import structlog
from starlette.types import Send

from services.gateway.endpoint.answers import Answer
from services.gateway.endpoint.connected import ClientGone
from shared import event_stream

log = structlog.get_logger()

SLOWEST_TAKE_SECONDS = 30.0
"""How long a client may leave an event in the pipe before it is given up."""


class Pipe:
    """Everything raises ClientGone when the client does not take it in time."""

    def __init__(self, send: Send) -> None:
        self._send = send

    async def open(self) -> None:
        headers = [(name.encode(), value.encode()) for name, value in event_stream.HEADERS.items()]
        await self._send({"type": "http.response.start", "status": 200, "headers": headers})
        await self.beat()  # some clients and proxies wait for the first byte

    async def beat(self) -> None:
        await self._write(event_stream.COMMENT)

    async def tell(self, event: str, data: Answer | None = None) -> None:
        await self._write(event_stream.written(event, b"" if data is None else msgspec.json.encode(data)))

    async def close(self) -> None:
        await self._write(b"", is_last=True)

    async def _write(self, data: bytes, *, is_last: bool = False) -> None:
        try:
            async with asyncio.timeout(SLOWEST_TAKE_SECONDS):
                await self._send({"type": "http.response.body", "body": data, "more_body": not is_last})
        except TimeoutError:
            log.warning("client too slow, given up")
            raise ClientGone from None
