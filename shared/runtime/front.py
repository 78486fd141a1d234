"""What a process serves: its front component, and beside it how the process is."""

from collections.abc import Awaitable, Sequence

from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from shared.http import application


class Front:
    """ASGI. A look at the path, where a router would try one route after the other for every request."""

    def __init__(self, app: ASGIApp, health: Sequence[Route]) -> None:
        self._app = app
        self._health = application(health)
        self._paths = {route.path for route in health}

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        app = self._health if scope.get("path") in self._paths else self._app
        return app(scope, receive, send)
