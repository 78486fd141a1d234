import asyncio
from collections.abc import Awaitable, Callable
from inspect import isawaitable
from typing import Any

import pytest


@pytest.fixture
def eventually() -> Callable[[Callable[[], Any]], Awaitable[Any]]:
    """Waits for what another task or process does; fails when it does not within 30 seconds."""

    async def wait_for(condition: Callable[[], Any]) -> Any:
        async with asyncio.timeout(30):
            while True:
                result = condition()
                if found := (await result if isawaitable(result) else result):
                    return found
                await asyncio.sleep(0.02)

    return wait_for
