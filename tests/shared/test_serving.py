"""The host's app over HTTP, as the one at the other end of a connection sees it."""

import asyncio
import socket
import struct
from dataclasses import dataclass, field

import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from services.gateway.component import COMPONENT as GATEWAY
from shared.runtime.serving import serving
from shared.runtime.settings import Settings
from tests.conftest import Hosting

LONGER_THAN_UVICORNS_OWN_SECONDS = 5.5
REQUEST = b"GET /healthz HTTP/1.1\r\nHost: nivaa\r\n\r\n"


async def test_a_kept_connection_is_not_closed_under_who_keeps_it(hosting: Hosting) -> None:
    async with hosting([GATEWAY]) as asker, serving(asker.host, port=0) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(REQUEST)
        assert (await reader.readuntil(b"}")).startswith(b"HTTP/1.1 200")
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(LONGER_THAN_UVICORNS_OWN_SECONDS):
                await reader.read(1)
        writer.write(REQUEST)
        assert (await reader.readuntil(b"}")).startswith(b"HTTP/1.1 200")
        writer.close()


async def test_head_and_body_of_a_small_answer_come_in_one_packet(hosting: Hosting) -> None:
    loop = asyncio.get_running_loop()
    async with hosting([GATEWAY]) as asker, serving(asker.host, port=0) as port:
        with socket.create_connection(("127.0.0.1", port)) as client:
            client.setblocking(False)
            await loop.sock_sendall(client, REQUEST)
            assert (await loop.sock_recv(client, 65_536)).endswith(b"}")
            assert packets_with_data(client) == 1


def packets_with_data(client: socket.socket) -> int:
    """`tcpi_data_segs_in` of Linux' `tcp_info`."""
    (count,) = struct.unpack_from("=I", client.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 192), 152)
    return int(count)


@dataclass
class Sending:
    """An app that never waits for anything but its sending."""

    settings: Settings = field(default_factory=Settings)
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    sent: int = 0

    @property
    def app(self) -> ASGIApp:
        return self._send_much

    async def _send_much(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for _ in range(PARTS):
            await send({"type": "http.response.body", "body": PART, "more_body": True})
            self.sent += 1
        await send({"type": "http.response.body"})


PART = bytes(16_384)
PARTS = 8_000


async def test_who_reads_slowly_is_sent_no_faster() -> None:
    loop, sending = asyncio.get_running_loop(), Sending()
    async with serving(sending, port=0) as port:
        with socket.create_connection(("127.0.0.1", port)) as client:
            client.setblocking(False)
            await loop.sock_sendall(client, REQUEST)
            assert await loop.sock_recv(client, 1) == b"H"
            assert 0 < sending.sent < PARTS / 2
            received = b""
            while not received.endswith(b"0\r\n\r\n"):
                received = await loop.sock_recv(client, 1_000_000)
        assert sending.sent == PARTS
