"""A relay and a receiver, each a process of its own, killed again and again in the middle of their work."""

import asyncio
import os
import random
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
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


@asynccontextmanager
async def passing(part: str, database_url: str, broker_url: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """Killed at the end, if not before."""
    command = [sys.executable, "-m", "tests.probes.passing", part, database_url, broker_url]
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, env={**os.environ, "PYTHONWARNINGS": "default"})
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def kill_at(marks: list[int], part: str, urls: tuple[str, str], done: Callable[[], Awaitable[int]]) -> None:
    """Runs the part, kills it when so much is done as a mark says, and runs it again until all is done."""
    for mark in [*marks, NOTES]:
        async with passing(part, *urls):
            await eventually(partial(_reached, done, mark), within_seconds=60)
            so_far = await done()
            assert mark == NOTES or so_far < NOTES, "it was to be killed in the middle"


async def _reached(done: Callable[[], Awaitable[int]], mark: int) -> bool:
    return await done() >= mark


@pytest.mark.parametrize("seed", [1, 2])
async def test_nothing_is_lost_and_nothing_taken_twice(seed: int, database_urls: DatabaseUrls) -> None:
    chance = random.Random(seed)  # noqa: S311 - no secret
    marks = [sorted(chance.sample(range(1, NOTES // 2), KILLS)) for _ in range(2)]
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

            async def sent() -> int:
                return NOTES - await sender.staged()

            async def taken() -> int:
                return len(await receiver.taken())

            async with asyncio.TaskGroup() as group:
                group.create_task(kill_at(marks[0], "relay", (urls["first"], broker_url), sent))
                group.create_task(kill_at(marks[1], "receive", (urls["second"], broker_url), taken))
            assert await receiver.taken() == months
            assert await sender.staged() == 0
            assert await broker.dead_letters(QUEUE) == []
