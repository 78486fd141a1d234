"""A relay and a receiver, each a process of its own, killed again and again in the middle of their work."""

import asyncio
import os
import random
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from shared.messaging.opening import open_broker
from tests.conftest import DatabaseUrls
from tests.eventually import eventually
from tests.probes.notes import QUEUE, Receiver, Sender, open_notes
from tests.rabbitmq import own_rabbitmq

ROOT = Path(__file__).parents[2]
NOTES = 2000
KILLS = 4
"""Fewer than the deliveries a message may have that end its receiver."""
NEVER = 10 * NOTES


@asynccontextmanager
async def passing(part: str, urls: tuple[str, str], notes: int) -> AsyncIterator[asyncio.subprocess.Process]:
    """A process that kills itself after so many notes; killed at the end, if not before."""
    command = [sys.executable, "-m", "tests.probes.passing", part, *urls, str(notes)]
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, env={**os.environ, "PYTHONWARNINGS": "default"})
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def pass_all(lives: list[int], part: str, urls: tuple[str, str], is_done: Callable[[], Awaitable[bool]]) -> None:
    """Each life ends after so many notes, in the middle of the next; the last one goes on until all is done."""
    for notes in lives:
        async with passing(part, urls, notes) as process:
            assert await process.wait() == -signal.SIGKILL
    async with passing(part, urls, NEVER):
        await eventually(is_done, within_seconds=90)


@pytest.mark.parametrize("seed", [1, 2])
async def test_nothing_is_lost_and_nothing_taken_twice(seed: int, database_urls: DatabaseUrls) -> None:
    chance = random.Random(seed)  # noqa: S311 - no secret
    lives = [[chance.randrange(1, NOTES // (2 * KILLS)) for _ in range(KILLS)] for _ in range(2)]
    urls = {name: database_urls(name) for name in ("first", "second")}
    with own_rabbitmq() as broker_url:
        async with (
            open_notes("first", urls["first"]) as first,
            open_notes("second", urls["second"]) as second,
            open_broker(broker_url, Path("unused")) as broker,
        ):
            sender, receiver = Sender(first, broker), Receiver(second)
            months = [f"{number:04}" for number in range(NOTES)]
            await sender.write(*months)

            async def all_sent() -> bool:
                return not await sender.staged()

            async def all_taken() -> bool:
                return len(await receiver.taken()) >= NOTES

            async with asyncio.TaskGroup() as group:
                group.create_task(pass_all(lives[0], "relay", (urls["first"], broker_url), all_sent))
                group.create_task(pass_all(lives[1], "receive", (urls["second"], broker_url), all_taken))
            assert await receiver.taken() == months
            assert await sender.staged() == 0
            assert await broker.dead_letters(QUEUE) == []
