"""A service as a subgraph: what is sent to it, and what becomes of one that does not answer."""

import asyncio
import json
from typing import Any

import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from services.gateway.federation import SubgraphUnavailable
from services.gateway.subgraph_peers import Caller, PeerSubgraph
from shared.auth.viewer import Role, Viewer
from shared.runtime.peers import InProcessPeer
from tests.federation.fetching import fetch_request

CALLER = Caller(Viewer("someone", Role.COORDINATOR), "Bearer token")
REQUEST = fetch_request("query A { me }", {"n": 1}, "A", CALLER)


def subgraph(app: Any, timeout_seconds: float = 10) -> PeerSubgraph:
    return PeerSubgraph("packages", InProcessPeer("packages", {"packages": app}.__getitem__), timeout_seconds)


async def test_the_request_and_the_callers_token_go_on() -> None:
    seen: dict[str, Any] = {}

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen["headers"] = dict(scope["headers"])
        seen["body"] = json.loads((await receive())["body"])
        seen["path"] = (scope["method"], scope["path"])
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b'{"data": {}}'})

    assert await subgraph(app).fetch(REQUEST) == b'{"data": {}}'
    assert seen["path"] == ("POST", "/graphql")
    assert seen["headers"][b"authorization"] == b"Bearer token"
    assert seen["body"] == {"query": "query A { me }", "variables": {"n": 1}, "operationName": "A"}


async def test_a_service_that_hangs_is_given_up_in_time() -> None:
    async def app(_scope: Scope, _receive: Receive, _send: Send) -> None:
        await asyncio.Event().wait()

    with pytest.raises(SubgraphUnavailable, match="too long"):
        await subgraph(app, timeout_seconds=0.01).fetch(REQUEST)


async def test_a_service_that_fails_in_our_own_process_is_no_worse_than_one_far_away() -> None:
    async def app(_scope: Scope, _receive: Receive, _send: Send) -> None:
        raise ZeroDivisionError

    with pytest.raises(SubgraphUnavailable, match="failed"):
        await subgraph(app).fetch(REQUEST)


async def test_a_service_that_is_not_there() -> None:
    nobody: dict[str, ASGIApp] = {}
    away = PeerSubgraph("billing", InProcessPeer("billing", nobody.__getitem__), timeout_seconds=1)
    with pytest.raises(SubgraphUnavailable, match="did not answer"):
        await away.fetch(REQUEST)
