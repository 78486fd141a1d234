"""What every response carries so that a browser does no more with it than it is for."""

from collections.abc import Sequence

from starlette.types import ASGIApp, Message, Receive, Scope, Send

Headers = Sequence[tuple[bytes, bytes]]

_ALWAYS = {
    b"x-content-type-options": b"nosniff",
    b"x-frame-options": b"DENY",
    b"referrer-policy": b"same-origin",
    b"cross-origin-opener-policy": b"same-origin",
}
_POLICY = b"content-security-policy"
_DATA = b"default-src 'none'; frame-ancestors 'none'"
_DOCUMENT = b"frame-ancestors 'none'"
"""A browser shows a PDF by a page of its own, which a stricter policy would break."""
_PAGE = b"default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
_POLICIES = {b"text/html": _PAGE, b"application/pdf": _DOCUMENT}


class SecurityHeaders:
    """ASGI middleware. What a response says itself is left as it is: a page knows best what it loads.

    `hsts_seconds` is how long browsers are to come by HTTPS only; 0 says nothing, as behind a proxy that says it.
    """

    def __init__(self, app: ASGIApp, hsts_seconds: int = 0) -> None:
        self._app = app
        hsts = {b"strict-transport-security": b"max-age=%d; includeSubDomains" % hsts_seconds} if hsts_seconds else {}
        self._always = [*_ALWAYS.items(), *hsts.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": self._completed(message.get("headers", ()))}
            await send(message)

        await self._app(scope, receive, send_with_headers)

    def _completed(self, headers: Headers) -> list[tuple[bytes, bytes]]:
        given = {name.lower(): value for name, value in headers}
        kind = given.get(b"content-type", b"").partition(b";")[0].strip().lower()
        wanted = [*self._always, (_POLICY, _POLICIES.get(kind, _DATA))]
        return [*headers, *(header for header in wanted if header[0] not in given)]
