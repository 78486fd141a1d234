"""How what is under way ends when the bot does: it may finish for a moment, then it is called off."""

import asyncio
from collections.abc import Iterable
from typing import Any

PATIENCE_SECONDS = 5
"""A push that is not answered by then is in doubt."""


async def end(under_way: Iterable[asyncio.Task[Any]]) -> None:
    tasks = list(under_way)
    if tasks:
        await asyncio.wait(tasks, timeout=PATIENCE_SECONDS)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
