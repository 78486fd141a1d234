"""graphql-sse, a connection for each operation, through a real server and a real client."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import pytest

from services.gateway.endpoint import beating
from shared.auth.viewer import Role, Viewer
from shared.database import watch
from tests.conftest import Hosting
from tests.eventually import eventually
from tests.services.gateway.live import ALERTS, LARGE_ALERTS, LONG_ENOUGH_SECONDS, Live, living, overrun
from tests.streams import EventSource, event_source

EVENTS = {"Accept": "text/event-stream"}
ROLE = "{ viewer { role } }"
REFUSED = {
    "mutation { acknowledgeAlert(id: 1) { lowPackageAlert { id } } }": "INVALID_INPUT",
    "{ nobody }": "GRAPHQL_INVALID",
    "{": "GRAPHQL_INVALID",
    "subscription { lowPackageAlert { id } __typename }": "GRAPHQL_INVALID",
}


@pytest.fixture
async def live(hosting: Hosting) -> AsyncIterator[Live]:
    async with living(hosting) as opened:
        yield opened


def request_of(live: Live, query: str) -> bytes:
    body = json.dumps({"query": query}).encode()
    head = [
        "POST /graphql HTTP/1.1",
        "Host: 127.0.0.1",
        "Content-Type: application/json",
        "Accept: text/event-stream",
        "Connection: close",
        f"Authorization: Bearer {live.token()}",
        f"Content-Length: {len(body)}",
    ]
    return "\r\n".join([*head, "", ""]).encode() + body


async def answer_to(live: Live, query: str) -> dict[str, Any]:
    async with event_source(live.http, live.url, live.token(), query) as source:
        return await only_answer(source)


async def only_answer(source: EventSource) -> dict[str, Any]:
    answer = await source.next()
    await source.complete()
    return answer


async def test_what_is_raised_is_told_with_what_belongs_to_it(live: Live) -> None:
    asha = await live.parent()
    async with event_source(live.http, live.url, live.token(), ALERTS) as source:
        await live.raise_alert(asha, 3)
        alerts = [(await source.next())["data"]["lowPackageAlert"] for _ in range(5)]
    assert {alert["parent"]["name"] for alert in alerts} == {"Asha"}
    assert len({alert["id"] for alert in alerts}) == 3


async def test_any_operation_has_its_answer_and_the_end(live: Live) -> None:
    told = {query: await answer_to(live, query) for query in (ROLE, "{ __typename }", *REFUSED)}
    assert told.pop(ROLE) == {"data": {"viewer": {"role": "COORDINATOR"}}}
    assert told.pop("{ __typename }") == {"data": {"__typename": "Query"}}
    assert {query: answer["errors"][0]["extensions"]["code"] for query, answer in told.items()} == REFUSED


async def test_a_subscription_may_be_asked_for_by_get_and_a_mutation_not(live: Live) -> None:
    asha = await live.parent()
    headers = {**EVENTS, "Authorization": f"Bearer {live.token()}"}
    async with live.http.get(live.url + "/graphql", params={"query": ALERTS}, headers=headers) as response:
        assert response.headers["Cache-Control"] == "no-cache, no-transform"
        await live.raise_alert(asha)
        lines = [await response.content.readline() for _ in range(4)]
        assert (lines[0], lines[2]) == (b":\n", b"event: next\n")
        assert json.loads(lines[3].removeprefix(b"data: "))["data"]["lowPackageAlert"]["parent"] == {"name": "Asha"}
    mutation = {"query": "mutation { acknowledgeAlert(id: 1) { lowPackageAlert { id } } }"}
    async with live.http.get(live.url + "/graphql", params=mutation, headers=headers) as response:
        assert (response.status, response.headers["Allow"]) == (405, "POST")


async def test_a_subscription_is_a_stream_to_whoever_takes_one(live: Live) -> None:
    async with live.asked(ALERTS, Accept="application/graphql-response+json, text/event-stream;q=0.1") as response:
        assert (response.status, response.content_type) == (200, "text/event-stream")
    for accept in ("application/json", "*/*"):
        async with live.asked(ALERTS, Accept=accept) as response:
            assert (response.status, response.content_type) == (400, "application/json")
            assert (await response.json())["errors"][0]["extensions"]["code"] == "INVALID_INPUT"


async def test_without_a_token_there_is_no_stream(live: Live) -> None:
    async with live.asked(ALERTS, Authorization="") as response:
        assert response.status == 401
        assert (await response.json())["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


async def test_tutors_are_refused(live: Live) -> None:
    tutor = live.token(Viewer(live.asker.viewer.subject, Role.TUTOR))
    async with event_source(live.http, live.url, tutor, ALERTS) as source:
        told = await only_answer(source)
    assert (told["data"], told["errors"][0]["extensions"]["code"]) == (None, "FORBIDDEN")


async def test_the_stream_ends_with_the_token(live: Live) -> None:
    asha = await live.parent()
    async with event_source(live.http, live.url, live.token_for(seconds=LONG_ENOUGH_SECONDS), ALERTS) as source:
        await live.raise_alert(asha)
        assert "errors" not in await source.next()
        told = await only_answer(source)
    assert told["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


async def test_a_client_that_leaves_leaves_nothing_behind(live: Live) -> None:
    async with event_source(live.http, live.url, live.token(), ALERTS):
        assert len(live.listeners) == 1
    await eventually(lambda: not live.listeners)


async def test_a_stream_without_news_shows_that_it_lives(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beating, "HEARTBEAT_SECONDS", 0.05)
    async with live.asked(ALERTS) as response, asyncio.timeout(10):
        assert [await response.content.readline() for _ in range(6)] == [b":\n", b"\n"] * 3


async def test_nobody_may_hold_more_than_so_many(hosting: Hosting) -> None:
    async with living(hosting, GATEWAY_STREAMS_PER_SUBJECT="2") as live:
        somebody_else = live.token(Viewer("somebody", Role.COORDINATOR))

        async def is_free() -> bool:
            async with live.asked(ALERTS) as response:
                return response.status == 200

        async with live.asked(ALERTS):
            async with live.asked(ALERTS), live.asked(ALERTS, Authorization=f"Bearer {somebody_else}") as other:
                assert other.status == 200
                async with live.asked(ALERTS) as response:
                    assert response.status == 429
                    assert (await response.json())["errors"][0]["extensions"]["code"] == "TOO_MANY_STREAMS"
            await eventually(is_free)


async def test_a_stopping_process_ends_its_streams_at_once_and_does_not_call_them_complete(live: Live) -> None:
    async with event_source(live.http, live.url, live.token(), ALERTS) as source:
        live.asker.host.stopping.set()
        with pytest.raises(ConnectionError):
            await source.next()


async def test_what_is_under_way_is_finished_before_the_end(live: Live) -> None:
    create = 'mutation { createParent(input: {name: "Asha"}) { parent { name } } }'
    async with AsyncExitStack() as stack:
        async with live.asker.host.databases["packages"].transaction():  # whoever else writes waits
            opening = event_source(live.http, live.url, live.token(), create)
            source = await stack.enter_async_context(opening)
            live.asker.host.stopping.set()
        assert (await only_answer(source))["data"]["createParent"]["parent"] == {"name": "Asha"}


async def test_who_does_not_read_misses_and_is_told_so(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing piles up on the way: what a full connection does not take waits at the source, and that has its limit."""
    monkeypatch.setattr(watch, "MOST_WAITING", 50)
    monkeypatch.setattr(watch, "BACKSTOP_SECONDS", 0.05)
    asha = await live.parent()
    with socket.socket() as small:
        small.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        small.connect(("127.0.0.1", int(live.url.rpartition(":")[2])))
        reader, writer = await asyncio.open_connection(sock=small, limit=4096)
        writer.write(request_of(live, LARGE_ALERTS))
        await reader.readuntil(b":\n\n")
        told = b""
        async with asyncio.timeout(60):
            while told.count(b"event: next") <= 2:  # it reads for a while
                await live.raise_alert(asha, 1)
                told += await reader.read(4096)
        await overrun(live, asha)
        async with asyncio.timeout(60):
            told += await reader.read(-1)
        writer.close()
    assert told.count(b"event: next") > 2
    assert b"TOO_SLOW" in told.rpartition(b"event: next")[2]
    assert b"event: complete" in told
