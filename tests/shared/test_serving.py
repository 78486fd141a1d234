"""The host's app over HTTP, as the one at the other end of a connection sees it."""

import asyncio

import pytest

from services.gateway.component import COMPONENT as GATEWAY
from shared.runtime.serving import serving
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
