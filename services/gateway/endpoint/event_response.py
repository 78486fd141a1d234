"""An operation's answers as an event stream: graphql-sse, a connection for each operation."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AbstractContextManager, aclosing

import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from services.gateway.domain.errors import TooManyStreams
from services.gateway.endpoint.answers import Answer, of_fault, of_refusal
from services.gateway.endpoint.beating import Expired, Lifetime, Stopping, beating
from services.gateway.endpoint.connected import ClientGone, while_connected
from services.gateway.endpoint.pipe import Pipe
from shared import event_stream
from shared.errors import Refusal, Unauthenticated
from shared.http import refusal_response

log = structlog.get_logger()


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
            await while_connected(Request(scope, receive), self._stream(Pipe(send)))
        except TooManyStreams as refusal:
            await refusal_response(refusal)(scope, receive, send)
        except ClientGone:
            return

    async def _stream(self, pipe: Pipe) -> None:
        with self._hold:
            async with self._answers as answers:
                await pipe.open()
                try:
                    await self._pass_on(answers, pipe)
                except Stopping:
                    await pipe.close()  # without `complete`: the client is to come again
                    return
                except Expired:
                    await pipe.tell("next", of_refusal(Unauthenticated("The token has expired.")))
                except ClientGone:
                    raise
                except Refusal as refusal:
                    await pipe.tell("next", of_refusal(refusal))
                except Exception:
                    log.exception("stream failed")
                    await pipe.tell("next", of_fault())
                await pipe.tell("complete")
                await pipe.close()

    async def _pass_on(self, answers: AsyncIterator[Answer], pipe: Pipe) -> None:
        async with aclosing(beating(answers, self._lifetime)) as beats:
            async for answer in beats:
                await (pipe.beat() if answer is None else pipe.tell("next", answer))
