"""The other gateways, in a node process of their own, with the composer."""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
_LONGEST_LINE = 50_000_000
_MOST_MEGABYTES = 2_000
_PATIENCE_SECONDS = 60


class PeersLost(Exception):
    """Their process has ended, or was ended because one of them went round in circles."""


def is_available() -> bool:
    """Whether node and the peers' packages are installed."""
    return shutil.which("node") is not None and (FOLDER / "node_modules").exists()


class Peers:
    """One process at a time: messages in, answers out, in whatever order they come."""

    def __init__(self) -> None:
        self._numbers = count()
        self._process: asyncio.subprocess.Process | None = None
        self._listening: asyncio.Task[None] | None = None
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._starting = asyncio.Lock()

    async def say(self, message: Mapping[str, Any]) -> dict[str, Any]:
        """What peers.mjs answers. Raises PeersLost; the next message then meets a new process."""
        async with self._starting:
            process = self._process or await self._start()
        assert process.stdin
        number = next(self._numbers)
        answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._waiting[number] = answer
        process.stdin.write(json.dumps({"id": number, **message}).encode() + b"\n")
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                return await answer
        except TimeoutError as error:
            await self.end()
            raise PeersLost from error

    async def end(self) -> None:
        if self._process and self._process.returncode is None:
            self._process.kill()
        if self._listening:
            await self._listening

    async def _start(self) -> asyncio.subprocess.Process:
        self._process = await asyncio.create_subprocess_exec(
            *("node", f"--max-old-space-size={_MOST_MEGABYTES}", "peers.mjs"),
            cwd=FOLDER,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            limit=_LONGEST_LINE,
        )
        self._listening = asyncio.create_task(self._listen(self._process))
        return self._process

    async def _listen(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout
        async for line in process.stdout:
            said = json.loads(line)
            waiting = self._waiting.pop(said.pop("id"))
            if not waiting.done():
                waiting.set_result(said)
        await process.wait()
        self._process = None
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_exception(PeersLost())
        self._waiting.clear()


@asynccontextmanager
async def open_peers() -> AsyncIterator[Peers]:
    peers = Peers()
    try:
        yield peers
    finally:
        await peers.end()
