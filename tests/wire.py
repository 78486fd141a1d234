"""A wire to a server that can be cut, and taken down."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit

from tests.servers.process import free_port


class Wire:
    """Stands between a client and the server at a URL, which both take for the other."""

    def __init__(self, url: str) -> None:
        self._there = urlsplit(url)
        self._server: asyncio.Server | None = None
        self._port = free_port()  # none that somebody's connection gets while the wire is down
        self._ends: set[asyncio.StreamWriter] = set()
        self._pumps: set[asyncio.Task[None]] = set()

    @classmethod
    @asynccontextmanager
    async def to(cls, url: str) -> AsyncIterator["Wire"]:
        wire = cls(url)
        await wire.up()
        try:
            yield wire
        finally:
            await wire.down()

    @property
    def url(self) -> str:
        """The server's, by way of this wire."""
        user = self._there.netloc.rpartition("@")[0]
        return self._there._replace(netloc=f"{user}@127.0.0.1:{self._port}").geturl()

    async def up(self) -> None:
        self._server = await asyncio.start_server(self._join, "127.0.0.1", self._port)

    async def down(self) -> None:
        """Nobody gets through until it is up again."""
        if self._server is not None:
            self._server.close()
            await self.cut()
            await self._server.wait_closed()

    async def cut(self) -> None:
        """All present connections end without a goodbye."""
        for end in self._ends:
            end.transport.abort()
        for pump in self._pumps:
            pump.cancel()
        if self._pumps:
            await asyncio.wait(self._pumps)
        self._ends.clear()

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        joined = self._server
        there_reader, there_writer = await asyncio.open_connection(self._there.hostname, self._there.port or 5672)
        if joined is not self._server or not (joined and joined.is_serving()):  # it came just before the wire went down
            writer.transport.abort()
            there_writer.transport.abort()
            return
        self._ends |= {writer, there_writer}
        for source, sink in ((reader, there_writer), (there_reader, writer)):
            pump = asyncio.create_task(_pump(source, sink))
            self._pumps.add(pump)
            pump.add_done_callback(self._pumps.discard)


async def _pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await source.read(65536):
            sink.write(data)
            await sink.drain()
    sink.close()
