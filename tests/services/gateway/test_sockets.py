"""graphql-transport-ws through a real server and a real client, to the letter of the protocol."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from typing import Any

import aiohttp
import pytest

from services.gateway.endpoint import socket as sockets
from shared.auth.viewer import Role, Viewer
from shared.database import watch
from tests.conftest import Hosting
from tests.eventually import eventually
from tests.services.gateway.live import ALERTS, LARGE_ALERTS, LONG_ENOUGH_SECONDS, Live, living, overrun

PROTOCOL = "graphql-transport-ws"
ROLE = "{ viewer { role } }"
CREATE = 'mutation { createParent(input: {name: "Asha"}) { parent { name } } }'
PATIENCE_SECONDS = 60
WRONG_MESSAGES: tuple[str | bytes, ...] = (
    "{",
    "[]",
    "1",
    "{}",
    '{"type": "connect"}',
    '{"type": "next", "id": "a", "payload": {}}',
    '{"type": "subscribe", "payload": {"query": "{ a }"}}',
    '{"type": "subscribe", "id": "", "payload": {"query": "{ a }"}}',
    '{"type": "subscribe", "id": 1, "payload": {"query": "{ a }"}}',
    '{"type": "subscribe", "id": "a"}',
    '{"type": "subscribe", "id": "a", "payload": {"variables": {}}}',
    '{"type": "subscribe", "id": "a", "payload": {"query": 1}}',
    '{"type": "subscribe", "id": "a", "payload": {"query": "{ a }", "variables": []}}',
    '{"type": "complete"}',
    '{"type": "ping", "payload": 1}',
    '{"type": "connection_init", "payload": "a"}',
    b'{"type": "ping"}',
)


class Client:
    """Talks by the protocol, or against it."""

    def __init__(self, ws: aiohttp.ClientWebSocketResponse) -> None:
        self.ws = ws

    async def send(self, kind: str, **message: Any) -> None:
        await self.ws.send_json({"type": kind, **message})

    async def subscribe(self, id_: str, query: str, **variables: Any) -> None:
        await self.send("subscribe", id=id_, payload={"query": query, "variables": variables})

    async def next(self) -> dict[str, Any]:
        async with asyncio.timeout(PATIENCE_SECONDS):
            message: dict[str, Any] = await self.ws.receive_json()
        return message

    async def acknowledged(self, token: str | None) -> "Client":
        payload = {"Authorization": f"Bearer {token}"} if token else {}
        await self.send("connection_init", payload=payload)
        assert await self.next() == {"type": "connection_ack"}
        return self

    async def closed(self) -> tuple[int | None, str]:
        """The code and the reason with which the server has closed, and nothing before it."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            message = await self.ws.receive()
        assert message.type is aiohttp.WSMsgType.CLOSE, message
        return self.ws.close_code, message.extra or ""


@pytest.fixture
async def live(hosting: Hosting) -> AsyncIterator[Live]:
    async with living(hosting, GATEWAY_ORIGINS="https://office.example", GATEWAY_STREAMS_PER_SUBJECT="4") as opened:
        yield opened


def connect(
    live: Live, *protocols: str, **headers: str
) -> AbstractAsyncContextManager[aiohttp.ClientWebSocketResponse]:
    return live.http.ws_connect(f"{live.url}/graphql", protocols=protocols or (PROTOCOL,), headers=headers)


async def test_several_operations_share_a_socket(live: Live) -> None:
    asha = await live.parent()
    async with connect(live) as ws:
        client = await Client(ws).acknowledged(live.token())
        assert ws.protocol == PROTOCOL
        await client.subscribe("alerts", ALERTS)
        await client.subscribe("role", ROLE)
        assert await client.next() == {
            "id": "role",
            "type": "next",
            "payload": {"data": {"viewer": {"role": "COORDINATOR"}}},
        }
        assert await client.next() == {"id": "role", "type": "complete"}
        await client.subscribe("role", "mutation { acknowledgeAlert(id: 1) { lowPackageAlert { id } } }")
        refused = await client.next()
        assert (refused["type"], refused["payload"]["errors"][0]["extensions"]["code"]) == ("next", "INVALID_INPUT")
        assert await client.next() == {"id": "role", "type": "complete"}
        await eventually(lambda: len(live.listeners) == 1)
        await live.raise_alert(asha)
        told = await client.next()
        assert (told["id"], told["type"]) == ("alerts", "next")
        assert told["payload"]["data"]["lowPackageAlert"]["parent"] == {"name": "Asha"}


async def test_a_completed_operation_is_silent_and_its_id_free(live: Live) -> None:
    async with connect(live) as ws:
        client = await Client(ws).acknowledged(live.token())
        for _ in range(3):
            await client.subscribe("a", ALERTS)
            await eventually(lambda: len(live.listeners) == 1)
            await client.send("complete", id="a")
            await client.send("complete", id="nobody")
        await eventually(lambda: not live.listeners)
        await client.subscribe("a", ROLE)
        assert [(await client.next())["type"] for _ in range(2)] == ["next", "complete"]


async def test_what_never_runs_is_an_error_and_no_more(live: Live) -> None:
    async with connect(live) as ws:
        client = await Client(ws).acknowledged(live.token())
        for query in ("{", "{ nobody }", "subscription { lowPackageAlert { id } __typename }"):
            await client.subscribe("a", query)
            refused = await client.next()
            assert (refused["id"], refused["type"]) == ("a", "error")
            assert refused["payload"][0]["extensions"]["code"] == "GRAPHQL_INVALID"
        await client.subscribe("a", ROLE)
        assert (await client.next())["type"] == "next"


async def test_pings_are_answered_at_any_time(live: Live) -> None:
    async with connect(live) as ws:
        client = Client(ws)
        await client.send("ping")
        assert await client.next() == {"type": "pong"}
        await client.send("pong", payload={"of": "nothing"})
        await client.acknowledged(live.token())
        await client.send("ping", payload={"n": 1})
        assert await client.next() == {"type": "pong", "payload": {"n": 1}}


async def test_the_token_may_come_with_the_handshake(live: Live) -> None:
    async with connect(live, Authorization=f"Bearer {live.token()}") as ws:
        client = await Client(ws).acknowledged(None)
        await client.subscribe("a", ROLE)
        assert (await client.next())["payload"] == {"data": {"viewer": {"role": "COORDINATOR"}}}


async def test_a_wrong_message_closes_the_socket(live: Live) -> None:
    for message in WRONG_MESSAGES:
        async with connect(live) as ws:
            await (ws.send_bytes(message) if isinstance(message, bytes) else ws.send_str(message))
            code, reason = await Client(ws).closed()
        assert (code, reason[:15]) == (4400, "Invalid message"), message


async def test_each_breach_has_its_code(live: Live) -> None:
    async with connect(live) as ws:
        await Client(ws).subscribe("a", ROLE)
        assert await Client(ws).closed() == (4401, "Unauthorized")
    async with connect(live) as ws:
        client = await Client(ws).acknowledged(live.token())
        await client.send("connection_init")
        assert await client.closed() == (4429, "Too many initialisation requests")
    async with connect(live) as ws:
        client = await Client(ws).acknowledged(live.token())
        await client.subscribe("a", ALERTS)
        await client.subscribe("a", ALERTS)
        assert await client.closed() == (4409, "Subscriber for a already exists")
    async with connect(live, "graphql-ws") as ws:
        assert await Client(ws).closed() == (4406, "Subprotocol not acceptable")
    async with connect(live) as ws:
        await ws.send_str('{"type": "ping", "payload": {"a": "' + "x" * 1_000_000 + '"}}')
        assert (await Client(ws).closed())[0] == 1009


async def test_nobody_is_known_without_a_token_that_verifies(live: Live) -> None:
    for payload in (None, {}, {"Authorization": 1}, {"authorization": "Bearer not.a.token"}):
        async with connect(live) as ws:
            await Client(ws).send("connection_init", payload=payload)
            code, reason = await Client(ws).closed()
        assert (code, reason.partition(":")[0]) == (4403, "Forbidden"), payload


async def test_who_does_not_say_who_it_is_is_not_waited_for(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sockets, "INIT_SECONDS", 0.1)
    async with connect(live) as ws:
        assert await Client(ws).closed() == (4408, "Connection initialisation timeout")


async def test_the_socket_ends_with_the_token(live: Live) -> None:
    async with connect(live) as ws:
        client = await Client(ws).acknowledged(live.token_for(seconds=LONG_ENOUGH_SECONDS))
        await client.subscribe("a", ALERTS)
        assert await client.closed() == (4403, "Forbidden: The token has expired.")
    await eventually(lambda: not live.listeners)


async def test_a_client_that_leaves_leaves_nothing_behind(live: Live) -> None:
    async with connect(live) as ws:
        client = await Client(ws).acknowledged(live.token())
        await client.subscribe("a", ALERTS)
        await client.subscribe("b", ALERTS)
        await eventually(lambda: len(live.listeners) == 2)
    await eventually(lambda: not live.listeners)


async def test_nobody_may_hold_more_than_so_many(live: Live) -> None:
    """Sockets count, and what runs over them."""
    async with connect(live) as ws, connect(live) as other:
        client, again = await Client(ws).acknowledged(live.token()), Client(other)
        for name in "abc":
            await client.subscribe(name, ALERTS)
        await eventually(lambda: len(live.listeners) == 3)
        await client.subscribe("d", ALERTS)
        refused = await client.next()
        assert (refused["id"], refused["type"]) == ("d", "error")
        assert refused["payload"][0]["extensions"]["code"] == "TOO_MANY_STREAMS"
        await again.send("connection_init", payload={"Authorization": f"Bearer {live.token()}"})
        assert (await again.closed())[0] == 1013
    async with connect(live) as ws:
        somebody_else = live.token(Viewer("somebody", Role.COORDINATOR))
        await Client(ws).acknowledged(somebody_else)


async def test_a_stopping_process_says_goodbye(live: Live) -> None:
    async with connect(live) as ws:
        client = await Client(ws).acknowledged(live.token())
        await client.subscribe("a", ALERTS)
        live.asker.host.stopping.set()
        assert await client.closed() == (1001, "Going away")


async def test_what_is_under_way_is_finished_before_the_goodbye(live: Live) -> None:
    async with connect(live) as ws:
        client = await Client(ws).acknowledged(live.token())
        async with live.asker.host.databases["packages"].transaction():  # whoever else writes waits
            await client.subscribe("a", CREATE)
            await client.send("ping")
            assert await client.next() == {"type": "pong"}
            live.asker.host.stopping.set()
        made = await client.next()
        assert made["payload"]["data"]["createParent"]["parent"] == {"name": "Asha"}
        assert await client.next() == {"id": "a", "type": "complete"}
        assert await client.closed() == (1001, "Going away")


async def test_pages_of_other_sites_are_let_in_when_they_are_named(live: Live) -> None:
    for origin in ("http://evil.example", "null"):
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            async with connect(live, Origin=origin):
                pass
        assert refused.value.status == 403
    for origin in ("https://office.example", live.url):
        async with connect(live, Origin=origin) as ws:
            await Client(ws).acknowledged(live.token())


async def test_who_does_not_read_misses_and_is_told_so(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "MOST_WAITING", 50)
    monkeypatch.setattr(watch, "BACKSTOP_SECONDS", 0.05)
    asha = await live.parent()
    connector = aiohttp.TCPConnector(socket_factory=narrow_socket)
    async with aiohttp.ClientSession(connector=connector) as http, connect(replace(live, http=http)) as ws:
        client = await Client(ws).acknowledged(live.token())
        await client.subscribe("a", LARGE_ALERTS)
        await eventually(lambda: len(live.listeners) == 1)
        await live.raise_alert(asha)
        told = [await client.next()]
        await overrun(live, asha)
        while told[-1]["type"] != "complete":
            told.append(await client.next())
    assert len(told) > 2
    assert told[-2]["payload"]["errors"][0]["extensions"]["code"] == "TOO_SLOW"


def narrow_socket(address: aiohttp.AddrInfoType) -> socket.socket:
    family, kind, protocol, *_ = address
    narrow = socket.socket(family, kind, protocol)
    narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    return narrow
