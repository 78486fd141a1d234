"""A client of event streams: graphql-sse, a connection for each operation."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp

from shared import event_stream

PATIENCE_SECONDS = 60


@dataclass
class EventSource:
    """A stream that stands."""

    response: aiohttp.ClientResponse
    _events: AsyncGenerator[event_stream.ServerEvent, None]

    async def next(self) -> dict[str, Any]:
        """The next answer; AssertionError when the stream is complete, ConnectionError when it just ended."""
        name, answer = await self._next()
        assert name == "next", name
        return answer

    async def complete(self) -> None:
        """Nothing else comes but the end."""
        assert await self._next() == ("complete", {})

    async def _next(self) -> tuple[str, dict[str, Any]]:
        async with asyncio.timeout(PATIENCE_SECONDS):
            try:
                event = await anext(self._events)
            except StopAsyncIteration:
                raise ConnectionError("the stream ended") from None
        return event.name, json.loads(event.data or "{}")


@asynccontextmanager
async def event_source(
    http: aiohttp.ClientSession, url: str, token: str, query: str, **variables: Any
) -> AsyncGenerator[EventSource, None]:
    """The stream stands inside the block."""
    headers = {"Authorization": f"Bearer {token}", "Accept": "text/event-stream"}
    body = {"query": query, "variables": variables}
    timeout = aiohttp.ClientTimeout(total=None)
    async with http.post(f"{url}/graphql", json=body, headers=headers, timeout=timeout) as response:
        assert response.status == 200, await response.text()
        assert response.headers["Content-Type"] == "text/event-stream"
        yield EventSource(response, event_stream.events_of(response.content.iter_any()))
