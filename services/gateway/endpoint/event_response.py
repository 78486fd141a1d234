"""An operation's answers as an event stream: graphql-sse, a connection for each operation."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AbstractContextManager, aclosing

import msgspec
import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from services.gateway.domain.errors import TooManyStreams
from services.gateway.endpoint.answers import Answer, of_fault, of_refusal
from services.gateway.endpoint.beating import Expired, Lifetime, Stopping, beating
from services.gateway.endpoint.connected import ClientGone, while_connected
from shared import event_stream
from shared.errors import Refusal, Unauthenticated
from shared.http import refusal_response

log = structlog.get_logger()

SLOWEST_TAKE_SECONDS = 30.0
"""How long a client may leave an event in the pipe before it is given up."""


class EventResponse(Response):
    """The stream stands when its head is sent; it ends with `complete`, unless the process stops before.

    `hold` counts it as one of the caller's while it goes on.
    """

    def __init__(
        self,
        answers: AbstractAsyncContextManager[AsyncIterator[Answer]],
        hold: AbstractContextManager[None],
        lifetime: Lifetime,
    ) -> None:
        super().__init__(headers=event_stream.HEADERS)
        self._answers = answers
        self._hold = hold
        self._lifetime = lifetime

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await while_connected(Request(scope, receive), self._stream(_Pipe(send)))
        except TooManyStreams as refusal:
            await refusal_response(refusal)(scope, receive, send)
        except ClientGone:
            return

    async def _stream(self, pipe: "_Pipe") -> None:
        with self._hold:
            async with self._answers as answers:
                await pipe.open()
                try:
                    await self._pass_on(answers, pipe)
                except Stopping:
                    await pipe.close()  # without `complete`: the client is to come again
                    return
                except Expired:
                    await pipe.next(of_refusal(Unauthenticated("The token has expired.")))
                except ClientGone:
                    raise
                except Refusal as refusal:
                    await pipe.next(of_refusal(refusal))
                except Exception:
                    log.exception("stream failed")
                    await pipe.next(of_fault())
                await pipe.complete()

    async def _pass_on(self, answers: AsyncIterator[Answer], pipe: "_Pipe") -> None:
        async with aclosing(beating(answers, self._lifetime)) as beats:
            async for answer in beats:
                await (pipe.beat() if answer is None else pipe.next(answer))


class _Pipe:
    """To the client; it is full when the client does not read."""

    def __init__(self, send: Send) -> None:
        self._send = send

    async def open(self) -> None:
        headers = [(name.encode(), value.encode()) for name, value in event_stream.HEADERS.items()]
        await self._send({"type": "http.response.start", "status": 200, "headers": headers})
        await self.beat()  # some clients and proxies wait for the first byte

    async def beat(self) -> None:
        await self._write(event_stream.COMMENT)

    async def next(self, answer: Answer) -> None:
        await self._write(event_stream.written("next", msgspec.json.encode(answer)))

    async def complete(self) -> None:
        await self._write(event_stream.written("complete", b""), is_last=True)

    async def close(self) -> None:
        await self._write(b"", is_last=True)

    async def _write(self, data: bytes, *, is_last: bool = False) -> None:
        try:
            async with asyncio.timeout(SLOWEST_TAKE_SECONDS):
                await self._send({"type": "http.response.body", "body": data, "more_body": not is_last})
        except TimeoutError:
            log.warning("client too slow, given up")
            raise ClientGone from None
