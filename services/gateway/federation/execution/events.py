"""A subscription's events, each of which stands for the answer to the plan's first fetch."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Literal

import msgspec

from services.gateway.federation.errors import SUPERGRAPH_CHANGED, SubgraphUnavailable
from services.gateway.federation.execution.conversation import Heard
from services.gateway.federation.execution.subgraph import FetchRequest, Subgraph

_CHANGED = {"message": "The supergraph has changed: subscribe again.", "extensions": {"code": SUPERGRAPH_CHANGED}}


class _Replaced(Exception):
    """The supergraph that the stream was planned for is served no longer."""


@asynccontextmanager
async def events_of(
    subgraph: Subgraph, request: FetchRequest, replaced: asyncio.Event
) -> AsyncGenerator[AsyncIterator[Heard], None]:
    """The stream stands when the block is entered. The last event may be the reason why there are no more."""
    async with AsyncExitStack() as stack:
        try:
            bodies = await stack.enter_async_context(subgraph.subscribe(request))
        except SubgraphUnavailable as error:
            bodies = _Broken(error)
        replacing = asyncio.create_task(replaced.wait())
        stack.callback(replacing.cancel)
        yield _events(bodies, replacing)


async def _events(bodies: AsyncIterator[bytes], replacing: asyncio.Task[Literal[True]]) -> AsyncGenerator[Heard, None]:
    try:
        while (body := await _next(bodies, replacing)) is not None:
            yield body
    except SubgraphUnavailable as error:
        yield error
    except _Replaced:
        yield msgspec.json.encode({"data": None, "errors": [_CHANGED]})


async def _next(bodies: AsyncIterator[bytes], replacing: asyncio.Task[Literal[True]]) -> bytes | None:
    """None when there are no more. Raises _Replaced, SubgraphUnavailable."""
    if replacing.done():
        raise _Replaced
    coming = asyncio.ensure_future(anext(bodies, None))
    try:
        await asyncio.wait((coming, replacing), return_when=asyncio.FIRST_COMPLETED)
        if not coming.done():
            raise _Replaced
        return coming.result()
    finally:
        coming.cancel()
        await asyncio.gather(coming, return_exceptions=True)


class _Broken:
    """The events of a stream that never stood."""

    def __init__(self, error: SubgraphUnavailable) -> None:
        self._error = error

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        raise self._error
