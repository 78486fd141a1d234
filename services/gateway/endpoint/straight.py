"""`/graphql` first: nearly every request is for it, and the way through routes and middleware costs as much as most."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

PATH = "/graphql"
METHODS = frozenset({"GET", "POST"})


class Straight:
    """All other requests go on to `app`, which has the same route for those that go by its other names and methods."""

    def __init__(self, respond: Callable[[Request], Awaitable[Response]], app: ASGIApp) -> None:
        self._respond = respond
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] == PATH and scope["method"] in METHODS:
            response = await self._respond(Request(scope, receive))
            await response(scope, receive, send)
        else:
            await self._app(scope, receive, send)
