"""Reading ahead: the database finds the next rows while the ones before are worked on."""

import asyncio
from collections.abc import AsyncGenerator
from typing import TypeVar

T = TypeVar("T")


async def read_ahead(batches: AsyncGenerator[T, None]) -> AsyncGenerator[T, None]:
    """The same batches, one of them always on its way. Close it (`aclosing`) before the transaction it reads in ends:
    the tasks that read are part of that transaction and end with this, however it ends.

    Who works long on a batch gives way now and then (`await asyncio.sleep(0)`), or the next query is sent late.
    """
    coming = asyncio.create_task(_next(batches))
    try:
        while batch := await coming:
            coming = asyncio.create_task(_next(batches))
            yield batch[0]
    finally:
        coming.cancel()
        await asyncio.wait({coming})
        await batches.aclose()


async def _next(batches: AsyncGenerator[T, None]) -> tuple[T] | None:
    """None at the end."""
    async for batch in batches:
        return (batch,)
    return None
