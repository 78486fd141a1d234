"""What something costs, measured in a process of its own: how long it takes, and by how much its memory grows."""

import asyncio
import gc
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import TypeAlias

import uvloop

from shared.database.database import Database, DatabaseConfig, open_database
from shared.runtime.collecting import let_stay

Work: TypeAlias = Callable[[Database], Awaitable[object]]
"""Must be a function of a module: a new process looks it up by its name."""


@dataclass(frozen=True, slots=True)
class Cost:
    """`growth_mb` is the highest the process's memory stood above where it was at the start."""

    seconds: float
    growth_mb: float


async def cost_of(work: Work, config: DatabaseConfig) -> Cost:
    """Of the work alone: the process is up and the database open before."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        return await asyncio.get_running_loop().run_in_executor(process, _measure, work, config)


def _measure(work: Work, config: DatabaseConfig) -> Cost:
    return uvloop.run(_cost_here(work, config))


async def _cost_here(work: Work, config: DatabaseConfig) -> Cost:
    async with open_database(config) as database:
        with database.bound():
            gc.collect()
            let_stay()  # as a process that serves does
            before = _memory_mb_from_now_on()
            start = time.perf_counter()
            await work(database)
            seconds = time.perf_counter() - start
            return Cost(seconds, _memory_mb("VmHWM") - before)


def _memory_mb_from_now_on() -> float:
    """What the process has; the high-water mark starts anew from there."""
    Path("/proc/self/clear_refs").write_text("5")
    return _memory_mb("VmRSS")


def _memory_mb(name: str) -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(f"{name}:"))
