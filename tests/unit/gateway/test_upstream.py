"""Subgraphs straight over HTTP, against servers that say word for word what they are told to."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager, suppress

import pytest
from starlette.types import ASGIApp

from services.gateway import subgraph_peers
from services.gateway.federation import FetchRequest, SubgraphUnavailable
from services.gateway.subgraph_peers import Caller, HttpSubgraph, PeerSubgraph
from services.gateway.upstream import pool
from shared.auth.viewer import Role, Viewer
from shared.runtime.peers import InProcessPeer
from tests.eventually import eventually
from tests.federation.fetching import fetch_request
from tests.federation.word_for_word import Conduct, Server, hangs, says, word_for_word

CALLER = Caller(Viewer("someone", Role.COORDINATOR), "Bearer token")
QUERY = fetch_request("query A { me }", {"n": 1}, "A", CALLER)
MUTATION = fetch_request("mutation { pay }", context=CALLER)
BODY = b'{"data":{"me":1}}'
ANSWER = b"HTTP/1.1 200 OK\r\ncontent-length: 17\r\n\r\n" + BODY


def subgraph_at(url: str, timeout_seconds: float) -> HttpSubgraph:
    nobody: dict[str, ASGIApp] = {}
    peer = PeerSubgraph("accounts", InProcessPeer("accounts", nobody.__getitem__), timeout_seconds)
    return HttpSubgraph(url, peer, timeout_seconds)


@asynccontextmanager
async def served(*conducts: Conduct, timeout_seconds: float = 10) -> AsyncIterator[tuple[Server, HttpSubgraph]]:
    async with word_for_word(*conducts) as server:
        subgraph = subgraph_at(f"{server.url}/graphql?a=1", timeout_seconds)
        try:
            yield server, subgraph
        finally:
            subgraph.close()


async def test_the_request_is_http_and_the_callers() -> None:
    async with served(says(ANSWER)) as (server, subgraph):
        assert await subgraph.fetch(QUERY) == BODY
        head, _, body = server.requests[0].partition(b"\r\n\r\n")
        assert head.startswith(b"POST /graphql?a=1 HTTP/1.1\r\nhost: 127.0.0.1:")
        assert b"\r\nauthorization: Bearer token" in head
        assert body == QUERY.body


async def test_what_is_remembered_of_one_caller_is_no_other_callers() -> None:
    callers = [Caller(CALLER.viewer, "Bearer token", {"traceparent": trace}) for trace in ("a", "b", "a")]
    async with served(says(*[ANSWER] * 4)) as (server, subgraph):
        for caller in (*callers, CALLER):
            await subgraph.fetch(FetchRequest(QUERY.body, QUERY.query, None, True, caller))
        traces = [b"\r\ntraceparent: " in one and one.partition(b"traceparent: ")[2][:3] for one in server.requests]
        assert traces == [b"a\r\n", b"b\r\n", b"a\r\n", False]


async def test_a_connection_is_kept_for_the_next_request() -> None:
    async with served(says(ANSWER, ANSWER, ANSWER)) as (server, subgraph):
        assert [await subgraph.fetch(QUERY) for _ in range(3)] == [BODY] * 3
        assert server.connections == 1


async def test_none_is_kept_once_it_is_closed_and_what_is_under_way_finishes() -> None:
    may_answer = asyncio.Event()

    async def conduct(server: Server, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await server.take(reader)
        await may_answer.wait()
        writer.write(ANSWER)
        assert await reader.read() == b""

    async with served(conduct, says(ANSWER)) as (server, subgraph):
        under_way = asyncio.create_task(subgraph.fetch(QUERY))
        await eventually(lambda: bool(server.requests))
        assert await subgraph.fetch(QUERY) == BODY
        subgraph.close()
        await eventually(lambda: server.left == 1)
        may_answer.set()
        assert await under_way == BODY
        assert await subgraph.fetch(QUERY) == BODY
        await eventually(lambda: server.left == 3)


async def test_requests_at_a_time_do_not_wait_for_each_other() -> None:
    async with served(says(ANSWER)) as (server, subgraph):
        assert await asyncio.gather(*(subgraph.fetch(QUERY) for _ in range(5))) == [BODY] * 5
        assert server.connections == 5


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n"
        + BODY[:5]
        + b"\r\nc\r\n"
        + BODY[5:]
        + b"\r\n0\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n" + ANSWER,
        b"HTTP/1.1 401 Unauthorized\r\ncontent-length: 17\r\n\r\n" + BODY,
        b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 17\r\n\r\n" + BODY,
    ],
)
async def test_every_way_to_send_an_answer_is_understood(answer: bytes) -> None:
    async with served(says(answer), says(ANSWER)) as (_, subgraph):
        assert await subgraph.fetch(QUERY) == BODY
        assert await subgraph.fetch(QUERY) == BODY


async def test_an_answer_may_end_with_its_connection() -> None:
    async with served(says(b"HTTP/1.0 200 OK\r\n\r\n" + BODY, hangs_up=True)) as (_, subgraph):
        assert await subgraph.fetch(QUERY) == BODY


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (b"", "hung up"),
        (b"HTTP/1.1 200 OK\r\ncontent-le", "hung up"),
        (ANSWER[:-3], "hung up"),
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{", "hung up"),
        (b"SSH-2.0-OpenSSH\r\n", "not HTTP"),
        (b"HTTP/1.1 500 Oh\r\ncontent-length: 2\r\n\r\n{}", "status 500"),
        (b"HTTP/1.1 302 Found\r\nlocation: /else\r\ncontent-length: 0\r\n\r\n", "status 302"),
    ],
)
async def test_an_answer_that_is_none_is_told_as_such(answer: bytes, why: str) -> None:
    async with served(says(answer, hangs_up=True)) as (server, subgraph):
        with pytest.raises(SubgraphUnavailable, match=why):
            await subgraph.fetch(QUERY)
        assert len(server.requests) == 1  # on a connection of its own nothing is tried again


async def test_an_answer_out_of_all_proportion_is_not_read_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subgraph_peers, "MOST_ANSWER_BYTES", 1_000)
    endless = b"HTTP/1.1 200 OK\r\ncontent-length: 1000000000\r\n\r\n" + b" " * 2_000
    async with served(says(endless)) as (_, subgraph):
        with pytest.raises(SubgraphUnavailable, match="too large"):
            await subgraph.fetch(QUERY)


async def test_nobody_at_home() -> None:
    async with served(says(ANSWER)) as (_, subgraph):
        pass
    with pytest.raises(SubgraphUnavailable, match="did not answer"):
        await subgraph.fetch(QUERY)


async def test_a_connection_that_does_not_come_about_is_given_up_sooner(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "CONNECT_SECONDS", 0.1)
    with ExitStack() as stack:
        deaf = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        for _ in range(3):  # one waits to be accepted, and the system answers nobody else
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(deaf.getsockname())
        subgraph = subgraph_at(f"http://127.0.0.1:{deaf.getsockname()[1]}/", timeout_seconds=60)
        async with asyncio.timeout(30):
            with pytest.raises(SubgraphUnavailable, match="too long"):
                await subgraph.fetch(QUERY)


async def test_one_that_hangs_is_given_up_and_its_connection_with_it() -> None:
    async with served(hangs, says(ANSWER), timeout_seconds=0.2) as (server, subgraph):
        with pytest.raises(SubgraphUnavailable, match="too long"):
            await subgraph.fetch(QUERY)
        await eventually(lambda: server.left == 1)

        async def is_answered() -> bool:
            with suppress(SubgraphUnavailable):
                return await subgraph.fetch(QUERY) == BODY
            return False

        await eventually(is_answered)


async def test_who_leaves_takes_the_connection_along() -> None:
    gone = asyncio.Event()

    async def conduct(server: Server, reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await server.take(reader)
        arrived.set()
        assert await reader.read() == b""
        gone.set()

    arrived = asyncio.Event()
    async with served(conduct) as (_, subgraph), asyncio.timeout(10):
        fetching = asyncio.create_task(subgraph.fetch(QUERY))
        await arrived.wait()
        fetching.cancel()
        await gone.wait()


def once_then_hangs_up_on_the_next() -> Conduct:
    """As a server whose patience with an idle connection ends at that very moment."""

    async def conduct(server: Server, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await server.take(reader)
        writer.write(ANSWER)
        await server.take(reader)

    return conduct


async def test_a_query_that_met_the_end_of_its_connection_is_sent_again() -> None:
    async with served(once_then_hangs_up_on_the_next(), says(ANSWER)) as (server, subgraph):
        assert [await subgraph.fetch(QUERY) for _ in range(2)] == [BODY] * 2
        assert len(server.requests) == 3


async def test_a_mutation_that_may_have_arrived_is_not() -> None:
    async with served(once_then_hangs_up_on_the_next(), says(ANSWER)) as (server, subgraph):
        await subgraph.fetch(QUERY)
        with pytest.raises(SubgraphUnavailable, match="hung up"):
            await subgraph.fetch(MUTATION)
        assert len(server.requests) == 2


async def test_an_answer_that_had_begun_is_not_asked_for_again() -> None:
    async def conduct(server: Server, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await server.take(reader)
        writer.write(ANSWER)
        await server.take(reader)
        writer.write(ANSWER[:-3])

    async with served(conduct, says(ANSWER)) as (server, subgraph):
        await subgraph.fetch(QUERY)
        with pytest.raises(SubgraphUnavailable, match="hung up"):
            await subgraph.fetch(QUERY)
        assert len(server.requests) == 2


async def test_a_header_that_would_be_two_is_not_sent() -> None:
    sly = Caller(CALLER.viewer, "Bearer a\r\nx-role: coordinator")
    async with served(says(ANSWER)) as (server, subgraph):
        with pytest.raises(SubgraphUnavailable, match="header"):
            await subgraph.fetch(FetchRequest(QUERY.body, QUERY.query, None, True, sly))
        assert server.requests == []
