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


def is_available() -> bool:
    """Whether node and the peers' packages are installed."""
    return shutil.which("node") is not None and (FOLDER / "node_modules").exists()


class Peers:
    """Messages in, answers out, in whatever order they come."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._numbers = count()
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}

    async def say(self, message: Mapping[str, Any]) -> dict[str, Any]:
        """What peers.mjs answers."""
        assert self._process.stdin
        number = next(self._numbers)
        answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._waiting[number] = answer
        self._process.stdin.write(json.dumps({"id": number, **message}).encode() + b"\n")
        return await answer

    async def listen(self) -> None:
        """Until the process ends, which it may not while somebody waits for it."""
        assert self._process.stdout
        async for line in self._process.stdout:
            said = json.loads(line)
            waiting = self._waiting.pop(said.pop("id"))
            if not waiting.done():
                waiting.set_result(said)
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_exception(EOFError("the peers' process has ended"))


@asynccontextmanager
async def open_peers() -> AsyncIterator[Peers]:
    process = await asyncio.create_subprocess_exec(
        *("node", "peers.mjs"),
        cwd=FOLDER,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        limit=_LONGEST_LINE,
    )
    peers = Peers(process)
    listening = asyncio.create_task(peers.listen())
    try:
        yield peers
    finally:
        process.kill()
        await process.wait()
        await listening
