import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from inspect import isawaitable
from typing import Any

import pytest

from services.invoicing.component import COMPONENT
from tests.conftest import Hosting
from tests.services.invoicing.till import NO_RENDERER, Till


@pytest.fixture
def eventually() -> Callable[[Callable[[], Any]], Awaitable[Any]]:
    """Waits for what another task or process does; fails when it does not within a minute."""

    async def wait_for(condition: Callable[[], Any]) -> Any:
        async with asyncio.timeout(60):
            while True:
                result = condition()
                if found := (await result if isawaitable(result) else result):
                    return found
                await asyncio.sleep(0.02)

    return wait_for


@pytest.fixture
async def till(hosting: Hosting) -> AsyncIterator[Till]:
    """Invoicing at work, without a renderer, and somebody at its till who hears what it tells."""
    async with hosting([COMPONENT], **NO_RENDERER) as asker:
        till = Till(asker)
        await till.listen()
        yield till
