"""A service's event stream as the engine takes it: over a real connection, and in this process."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import aiohttp
import pytest
from starlette.types import Receive, Scope, Send

from services.gateway import subgraph_peers
from services.gateway.federation import SubgraphUnavailable
from services.gateway.subgraph_peers import Caller, PeerSubgraph
from shared import event_stream
from shared.auth.viewer import Role, Viewer
from shared.runtime import peers
from shared.runtime.peers import HttpPeer, InProcessPeer
from tests.federation.fetching import fetch_request
from tests.federation.word_for_word import http

CALLER = Caller(Viewer("someone", Role.COORDINATOR), "Bearer token")
REQUEST = fetch_request("subscription { a }", context=CALLER)
STREAM = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
EVENT, COMPLETE = event_stream.written("next", b'{"data": {"a": 1}}'), event_stream.written("complete", b"")
REFUSED = b'{"errors": [{"message": "who are you?"}]}'
BODY = b'{"data": {"a": 1}}'


@dataclass
class Service:
    """Answers everybody with the same bytes, then holds the line, or cuts it."""

    says: bytes
    holds: bool = False
    left: asyncio.Event = field(default_factory=asyncio.Event)
    conversations: list[asyncio.Task[None] | None] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.conversations.append(asyncio.current_task())
        await reader.readuntil(b"\r\n\r\n")
        writer.write(self.says)
        if self.holds:
            with suppress(ConnectionError):
                while await reader.read(1024):
                    pass
            self.left.set()
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


@asynccontextmanager
async def subgraph(service: Service) -> AsyncIterator[PeerSubgraph]:
    server = await asyncio.start_server(service.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        async with aiohttp.ClientSession() as session:
            yield PeerSubgraph("packages", HttpPeer(f"http://127.0.0.1:{port}", session), timeout_seconds=10)
        await asyncio.gather(*filter(None, service.conversations))


async def events_until_it_breaks(subgraph: PeerSubgraph) -> list[bytes]:
    seen: list[bytes] = []
    with pytest.raises(SubgraphUnavailable, match="broke off"):
        await _take(subgraph, seen)
    return seen


async def _take(subgraph: PeerSubgraph, seen: list[bytes]) -> None:
    async with subgraph.subscribe(REQUEST) as events, asyncio.timeout(10):
        async for event in events:
            seen += [event]


@pytest.mark.parametrize("complete", [COMPLETE, b"event: complete\n\n"])
async def test_events_come_until_they_are_complete(complete: bytes) -> None:
    unnamed = b"data: " + BODY + b"\n\n"
    async with subgraph(Service(STREAM + event_stream.COMMENT + EVENT + unnamed + complete + EVENT)) as packages:
        seen: list[bytes] = []
        await _take(packages, seen)
    assert seen == [BODY, BODY]


async def test_what_is_no_stream_is_the_one_answer() -> None:
    head = b"HTTP/1.1 401 Unauthorized\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(REFUSED)
    async with subgraph(Service(head + REFUSED)) as packages:
        seen: list[bytes] = []
        await _take(packages, seen)
    assert seen == [REFUSED]


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (http(BODY, "500 Internal Server Error", "content-type: application/json"), "status 500"),
        (http(b"", "307 Temporary Redirect", "location: /elsewhere"), "status 307"),
        (http(b" " * 2_000), "too large"),
        (http(BODY)[:-3], "broke off"),
    ],
)
async def test_what_is_neither_a_stream_nor_an_answer(answer: bytes, why: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subgraph_peers, "MOST_ANSWER_BYTES", 1_000)
    async with subgraph(Service(answer)) as packages:
        with pytest.raises(SubgraphUnavailable, match=why):
            await _take(packages, [])


async def test_an_answer_out_of_all_proportion_is_not_read_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peers, "MOST_ANSWER_BYTES", 1_000)
    endless = b"HTTP/1.1 200 OK\r\ncontent-length: 1000000000\r\n\r\n" + b" " * 2_000
    async with subgraph(Service(endless, holds=True)) as packages:
        with pytest.raises(SubgraphUnavailable, match="did not answer"):
            await packages.fetch(REQUEST)


@pytest.mark.parametrize("rest", [b"", b"event: next\ndata: cut"])
async def test_a_stream_that_just_ends_broke_off(rest: bytes) -> None:
    async with subgraph(Service(STREAM + EVENT + rest)) as packages:
        assert await events_until_it_breaks(packages) == [BODY]


async def test_a_stream_without_a_heart_broke_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peers, "_STREAMING", aiohttp.ClientTimeout(total=None, sock_read=0.2))
    async with subgraph(Service(STREAM + EVENT, holds=True)) as packages:
        assert await events_until_it_breaks(packages) == [BODY]


async def test_who_leaves_hangs_up() -> None:
    service = Service(STREAM + EVENT, holds=True)
    async with subgraph(service) as packages:
        async with packages.subscribe(REQUEST) as events:
            assert await anext(events) == BODY
            assert not service.left.is_set()
        async with asyncio.timeout(10):
            await service.left.wait()


async def test_a_service_in_this_process_goes_on_when_it_is_listened_to_and_ends_when_it_is_not() -> None:
    sent, ended = 0, asyncio.Event()

    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        nonlocal sent
        try:
            await send(
                {"type": "http.response.start", "status": 200, "headers": [(b"Content-Type", b"text/event-stream")]}
            )
            while True:
                await send({"type": "http.response.body", "body": EVENT, "more_body": True})
                sent += 1
        finally:
            ended.set()

    packages = PeerSubgraph("packages", InProcessPeer("packages", {"packages": app}.__getitem__), 10)
    async with packages.subscribe(REQUEST) as events:
        assert [await anext(events) for _ in range(3)] == [BODY] * 3
        for _ in range(20):
            await asyncio.sleep(0)
        assert sent <= 5
    assert ended.is_set()
