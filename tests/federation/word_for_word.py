"""Servers that say word for word what they are told to."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

Conduct = Callable[["Server", asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Server:
    """`conducts` are what each connection is met with, the last one for all further ones too."""

    conducts: list[Conduct]
    port: int = 0
    requests: list[bytes] = field(default_factory=list)
    connections: int = 0
    left: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        conduct = self.conducts[min(self.connections, len(self.conducts) - 1)]
        self.connections += 1
        try:
            await conduct(self, reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # the other side has gone
        finally:
            self.left += 1
            writer.close()

    async def take(self, reader: asyncio.StreamReader) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        self.requests.append(head + await reader.readexactly(length))


@asynccontextmanager
async def word_for_word(*conducts: Conduct) -> AsyncIterator[Server]:
    server = Server(list(conducts))
    listening = await asyncio.start_server(server.meet, "127.0.0.1", 0)
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listening.close()
        await listening.wait_closed()


def says(*answers: bytes, hangs_up: bool = False) -> Conduct:
    """One answer for each request; then it hangs up, or waits for the other side to."""

    async def conduct(server: Server, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for answer in answers:
            await server.take(reader)
            writer.write(answer)
            await writer.drain()
        if not hangs_up:
            await server.take(reader)

    return conduct


async def hangs(server: Server, reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    """Takes the request, and waits until the other side has gone."""
    await server.take(reader)
    await reader.read()


def drips(answer: bytes, seconds: float) -> Conduct:
    """A byte at a time, for as long as anybody listens."""

    async def conduct(server: Server, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await server.take(reader)
        for byte in answer:
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(seconds)

    return conduct


def http(body: bytes, status: str = "200 OK", *headers: str) -> bytes:
    """A whole answer."""
    head = "".join(f"{line}\r\n" for line in (f"HTTP/1.1 {status}", *headers, f"content-length: {len(body)}"))
    return head.encode() + b"\r\n" + body
