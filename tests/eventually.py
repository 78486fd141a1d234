"""Waits for what another task or process brings about."""

import asyncio
from collections.abc import Awaitable, Callable

POLL_SECONDS = 0.01


async def eventually(condition: Callable[[], bool | Awaitable[bool]], within_seconds: float = 60) -> None:
    """Returns as soon as the condition holds; raises TimeoutError when it does not in time."""
    async with asyncio.timeout(within_seconds):
        while True:
            holds = condition()
            if holds if isinstance(holds, bool) else await holds:
                return
            await asyncio.sleep(POLL_SECONDS)
