"""graphql-sse's single connection mode, through a real server and a real client."""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest

from services.gateway.endpoint import single_connection
from shared import event_stream
from shared.auth.viewer import Role, Viewer
from tests.conftest import Hosting
from tests.eventually import eventually
from tests.services.gateway.live import ALERTS, LONG_ENOUGH_SECONDS, Live, living

ROLE = "{ viewer { role } }"
PATIENCE_SECONDS = 60
Event = tuple[str, Any]


class Client:
    """One reservation's."""

    def __init__(self, live: Live, token: str, ticket: str) -> None:
        self._live = live
        self._token = token
        self.ticket = ticket
        self._events: AsyncGenerator[event_stream.ServerEvent, None] | None = None

    @classmethod
    async def reserve(cls, live: Live, token: str | None = None) -> "Client":
        token = token or live.token()
        async with live.http.put(f"{live.url}/graphql", headers={"Authorization": f"Bearer {token}"}) as response:
            assert (response.status, response.content_type) == (201, "text/plain")
            return cls(live, token, await response.text())

    @asynccontextmanager
    async def stream(self) -> AsyncIterator[aiohttp.ClientResponse]:
        """As a browser's EventSource opens it: without a header of ours."""
        headers = {"Accept": "text/event-stream"}
        url = f"{self._live.url}/graphql?token={self.ticket}"
        async with self._live.http.get(url, headers=headers) as response:
            self._events = event_stream.events_of(response.content.iter_any())
            yield response

    async def ask(self, query: str, operation_id: object = "a", token: str | None = None) -> int:
        body = {"query": query, "extensions": {"operationId": operation_id}}
        async with self._live.http.post(
            f"{self._live.url}/graphql", json=body, headers=self._headers(token)
        ) as response:
            return response.status

    async def stop(self, operation_id: str) -> int:
        url = f"{self._live.url}/graphql?operationId={operation_id}"
        async with self._live.http.delete(url, headers=self._headers()) as response:
            return response.status

    async def next(self) -> Event:
        assert self._events is not None
        async with asyncio.timeout(PATIENCE_SECONDS):
            event = await anext(self._events)
        return event.name, json.loads(event.data)

    async def ended(self) -> bool:
        assert self._events is not None
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await anext(self._events, None) is None

    def _headers(self, token: str | None = None) -> dict[str, str]:
        return {"Authorization": f"Bearer {token or self._token}", "X-GraphQL-Event-Stream-Token": self.ticket}


@pytest.fixture
async def live(hosting: Hosting) -> AsyncIterator[Live]:
    async with living(hosting, GATEWAY_STREAMS_PER_SUBJECT="4") as opened:
        yield opened


async def test_all_answers_come_over_the_one_stream(live: Live) -> None:
    asha = await live.parent()
    client = await Client.reserve(live)
    async with client.stream() as response:
        assert (response.status, response.content_type) == (200, "text/event-stream")
        assert await client.ask(ALERTS, "alerts") == 202
        assert await client.ask(ROLE, "role") == 202
        answer = {"id": "role", "payload": {"data": {"viewer": {"role": "COORDINATOR"}}}}
        assert [await client.next(), await client.next()] == [("next", answer), ("complete", {"id": "role"})]
        await eventually(lambda: len(live.listeners) == 1)
        await live.raise_alert(asha)
        name, told = await client.next()
        assert (name, told["id"]) == ("next", "alerts")
        assert told["payload"]["data"]["lowPackageAlert"]["parent"] == {"name": "Asha"}
    await eventually(lambda: not live.listeners)


async def test_what_is_asked_before_the_stream_is_open_waits_for_it(live: Live) -> None:
    client = await Client.reserve(live)
    assert await client.ask(ROLE) == 202
    async with client.stream():
        assert [(await client.next())[0] for _ in range(2)] == ["next", "complete"]


async def test_an_operation_that_is_stopped_is_silent_and_its_id_free(live: Live) -> None:
    client = await Client.reserve(live)
    async with client.stream():
        assert await client.ask(ALERTS) == 202
        await eventually(lambda: len(live.listeners) == 1)
        assert [await client.stop("a"), await client.stop("nobody")] == [200, 200]
        await eventually(lambda: not live.listeners)
        assert await client.ask(ROLE) == 202
        assert [(await client.next())[0] for _ in range(2)] == ["next", "complete"]


async def test_each_breach_has_its_status(live: Live) -> None:
    client = await Client.reserve(live)
    async with client.stream():
        async with client.stream() as second:
            assert second.status == 409
        assert await client.ask(ALERTS) == 202
        assert await client.ask(ROLE) == 409
        assert await client.ask("{ nobody }", "b") == 400
        assert await client.ask(ROLE, None) == 400
        assert await client.ask(ROLE, "b", live.token(Viewer("somebody", Role.COORDINATOR))) == 404

    async def is_over() -> bool:
        async with client.stream() as over:
            return over.status == 404

    await eventually(is_over)
    assert await client.ask(ROLE) == 404
    assert await client.stop("a") == 404
    async with live.http.put(f"{live.url}/graphql") as response:
        assert response.status == 401


async def test_a_stream_that_nobody_comes_for_is_given_up(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(single_connection, "UNCLAIMED_SECONDS", 0.01)
    client = await Client.reserve(live)

    async def is_gone() -> bool:
        return await client.stop("a") == 404

    await eventually(is_gone)


async def test_reservations_count_as_streams(live: Live) -> None:
    for _ in range(4):
        await Client.reserve(live)
    async with live.http.put(f"{live.url}/graphql", headers={"Authorization": f"Bearer {live.token()}"}) as response:
        assert response.status == 429


async def test_the_stream_ends_with_the_token_and_says_so_of_each_operation(live: Live) -> None:
    client = await Client.reserve(live, live.token_for(seconds=LONG_ENOUGH_SECONDS))
    async with client.stream():
        assert await client.ask(ALERTS) == 202
        name, told = await client.next()
        assert (name, told["id"]) == ("next", "a")
        assert told["payload"]["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
        assert await client.next() == ("complete", {"id": "a"})
        assert await client.ended()


async def test_a_stopping_process_ends_the_stream_when_what_is_under_way_is_told(live: Live) -> None:
    client = await Client.reserve(live)
    async with client.stream():
        assert await client.ask(ALERTS, "alerts") == 202
        async with live.asker.host.databases["packages"].transaction():  # whoever else writes waits
            create = 'mutation { createParent(input: {name: "Asha"}) { parent { name } } }'
            assert await client.ask(create, "create") == 202
            live.asker.host.stopping.set()
        assert (await client.next())[1]["payload"]["data"]["createParent"]["parent"] == {"name": "Asha"}
        assert await client.next() == ("complete", {"id": "create"})
        assert await client.ended()
