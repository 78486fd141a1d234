"""uvicorn's protocol, with a response's head and body in one write.

uvicorn writes them one after the other, and each write is a system call and a packet: a twelfth of what a small answer
costs the gateway.
"""

import asyncio
from collections.abc import Iterable
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MOST_BYTES = 65_536
"""More than that does not wait for the turn's end: whoever writes it is to notice that the other side reads slowly."""


class GatheringProtocol(HttpToolsProtocol):
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(Gathering(transport))  # type: ignore[arg-type]  # it is one in all that is asked of it


class Gathering:
    """A transport on which what is written in one turn of the loop leaves together at the turn's end."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._gathered: list[bytes] = []
        self._bytes = 0
        self._call_soon = asyncio.get_running_loop().call_soon

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        if not self._gathered:
            self._call_soon(self._leave)
        self._gathered.append(data)
        self._bytes += len(data)
        if self._bytes > MOST_BYTES:
            self._leave()

    def writelines(self, parts: Iterable[bytes]) -> None:
        self.write(b"".join(parts))

    def write_eof(self) -> None:
        self._leave()
        self._transport.write_eof()

    def is_closing(self) -> bool:
        return self._transport.is_closing()

    def close(self) -> None:
        self._leave()
        self._transport.close()

    def _leave(self) -> None:
        if self._gathered:
            gathered, self._gathered, self._bytes = b"".join(self._gathered), [], 0
            if not self._transport.is_closing():
                self._transport.write(gathered)
