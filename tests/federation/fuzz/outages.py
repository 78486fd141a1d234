"""Subgraphs that are down, in every way there is: over real sockets, for our engine."""

import socket
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, closing, contextmanager
from dataclasses import dataclass

import aiohttp
from msgspec.structs import replace

from services.gateway.federation import FetchRequest, SubgraphUnavailable
from services.gateway.subgraph_peers import Caller, HttpSubgraph, PeerSubgraph
from shared.auth.viewer import Role, Viewer
from shared.runtime.peers import HttpPeer, peer_session
from tests.federation.fuzz.subgraphs import NearSubgraph
from tests.federation.word_for_word import Conduct, hangs, http, says, word_for_word

_PATIENCE_SECONDS = 0.02
"""With the one that hangs; the others say at once that they have nothing to say."""
_PATIENT_SECONDS = 60.0
_ANYBODY = Caller(Viewer("anybody", Role.SERVICE), "")

_CONDUCTS: Mapping[str, Conduct] = {
    "hangs": hangs,
    "hangs up": says(hangs_up=True),
    "status 500": says(http(b'{"data": {}}', "500 Internal Server Error"), hangs_up=True),
    "no JSON": says(http(b"<html>"), hangs_up=True),
    "too large": says(b'HTTP/1.1 200 OK\r\ncontent-length: 999999999\r\n\r\n{"data": {', hangs_up=True),
    "a list": says(http(b"[]"), hangs_up=True),
    "no data": says(http(b'{"data": null}'), hangs_up=True),
    "nothing that was asked for": says(http(b'{"data": {}}'), hangs_up=True),
    "an entity that is none": says(http(b'{"data": {"_entities": [5]}}'), hangs_up=True),
}
_REFUSES = "refuses"
WAYS = (_REFUSES, *_CONDUCTS)


@dataclass(frozen=True)
class Outage:
    """In which subgraph, and which of the ways."""

    subgraph: str
    way: str


class FallibleSubgraph:
    """One that is down for whoever asks in an outage of it."""

    def __init__(self, name: str, up: NearSubgraph, down: Mapping[str, HttpSubgraph]) -> None:
        self._name = name
        self._up = up
        self._down = down

    async def fetch(self, request: FetchRequest, /) -> bytes:
        outage = self._outage(request)
        if outage is None:
            return await self._up.fetch(request)
        return await self._down[outage.way].fetch(replace(request, context=_ANYBODY))

    @asynccontextmanager
    async def subscribe(self, request: FetchRequest, /) -> AsyncGenerator[AsyncIterator[bytes], None]:
        if self._outage(request):
            raise SubgraphUnavailable("it did not answer")
        async with self._up.subscribe(request) as events:
            yield events

    def _outage(self, request: FetchRequest) -> Outage | None:
        outage = request.context
        return outage if isinstance(outage, Outage) and outage.subgraph == self._name else None


@asynccontextmanager
async def open_downs() -> AsyncIterator[Mapping[str, HttpSubgraph]]:
    """By the way in which they are down."""
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(peer_session())
        servers = {way: await stack.enter_async_context(word_for_word(one)) for way, one in _CONDUCTS.items()}
        urls = {_REFUSES: stack.enter_context(_refusing()), **{way: one.url for way, one in servers.items()}}
        downs = {way: _down(way, url, session) for way, url in urls.items()}
        for one in downs.values():
            stack.callback(one.close)
        yield downs


def _down(way: str, url: str, session: aiohttp.ClientSession) -> HttpSubgraph:
    seconds = _PATIENCE_SECONDS if way == "hangs" else _PATIENT_SECONDS
    return HttpSubgraph(url, PeerSubgraph(way, HttpPeer(url, session), seconds, path=""), seconds)


@contextmanager
def _refusing() -> Iterator[str]:
    """An address that is taken, and at which nobody listens."""
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"
