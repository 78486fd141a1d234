"""ASGI middleware: a request goes on with its viewer in the scope, or ends here.

Every service stands behind its own gate: nobody trusts a network position.
"""

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from shared.auth.tokens import TokenVerifier
from shared.auth.viewer import Viewer
from shared.clock import Clock
from shared.errors import Refusal, Unauthenticated
from shared.http import refusal_response


class Gate:
    def __init__(self, app: ASGIApp, verifier: TokenVerifier, clock: Clock) -> None:
        self._app = app
        self._verifier = verifier
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close"})  # the handshake is refused: what is gated has no sockets
            return
        try:
            token = token_of(HTTPConnection(scope).headers.get("authorization", ""))
            scope["viewer"] = await self._verifier.verify(token, self._clock.now())
        except Refusal as refusal:
            await refusal_response(refusal)(scope, receive, send)
        else:
            await self._app(scope, receive, send)


def token_of(authorization: str) -> str:
    """The token of an Authorization header. Raises Unauthenticated when there is none."""
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Unauthenticated("a bearer token is required")
    return token.strip()


def viewer_of(connection: HTTPConnection) -> Viewer:
    """The viewer whom the gate let in."""
    viewer: Viewer = connection.scope["viewer"]
    return viewer
