"""ASGI middleware: no more of a request's body is read than may be sent."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.http import refusal_response, too_large_body


class BodyLimit:
    """A length that is announced is refused unread; any other when more has come than may."""

    def __init__(self, app: ASGIApp, most_bytes: int) -> None:
        self._app = app
        self._most_bytes = most_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        announced = dict(scope["headers"]).get(b"content-length", b"")
        if announced.isdigit() and int(announced) > self._most_bytes:
            await refusal_response(too_large_body(self._most_bytes, int(announced)))(scope, receive, send)
            return
        left = self._most_bytes

        async def receive_within_limit() -> Message:
            nonlocal left
            message = await receive()
            left -= len(message.get("body", b""))
            if left < 0:
                raise too_large_body(self._most_bytes, None)
            return message

        await self._app(scope, receive_within_limit, send)
