"""A server in a process of its own: started, waited for, stopped by Ctrl-C, or killed."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

READY_WITHIN_SECONDS = 90
STOPPED_WITHIN_SECONDS = 60
_POLL_SECONDS = 0.05
_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


@dataclass
class ServerProcess:
    """`module_and_arguments` go to `python -m`; what it prints is kept in the file `output`, start after start."""

    module_and_arguments: Sequence[str]
    settings: Mapping[str, str]
    port: int
    output: Path
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        self.output.parent.mkdir(parents=True, exist_ok=True)
        with self.output.open("ab") as output:
            # A session of its own: what it starts can be ended with it, and the terminal's Ctrl-C is not for it.
            self._process = subprocess.Popen(
                self.command(),
                env={**surroundings(), **self.settings},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def command(self) -> Sequence[str]:
        return [sys.executable, "-m", *self.module_and_arguments]

    async def until_ready(self) -> None:
        async with asyncio.timeout(READY_WITHIN_SECONDS):
            while not await self.is_ready():
                assert not self.has_ended, f"it ended before it was ready:\n{self.printed()}"
                await asyncio.sleep(_POLL_SECONDS)

    async def is_ready(self) -> bool:
        try:
            async with aiohttp.ClientSession() as session, session.get(f"{self.url}/readyz") as response:
                return response.status == 200
        except aiohttp.ClientError:
            return False

    async def stop(self) -> int:
        """Ctrl-C. The exit status."""
        self._running.send_signal(signal.SIGINT)
        return await asyncio.to_thread(self._running.wait, STOPPED_WITHIN_SECONDS)

    def kill(self) -> None:
        """kill -9, of this process alone."""
        self._running.kill()
        self._running.wait()

    def end(self) -> None:
        """Whatever its state, nothing of it is left."""
        if self._process is not None and self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    @property
    def has_ended(self) -> bool:
        return self._running.poll() is not None

    def printed(self) -> str:
        return self.output.read_text()

    def cpu_seconds(self) -> float:
        """What it has cost so far, however busy the machine is."""
        stat = Path(f"/proc/{self._running.pid}/stat").read_text()
        user, system = stat.rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / _TICKS_PER_SECOND

    @property
    def _running(self) -> subprocess.Popen[bytes]:
        assert self._process is not None, "it was never started"
        return self._process


def surroundings() -> dict[str, str]:
    """This process's environment without settings of the product; it is to run from the sources here."""
    settings = ("NIVAA_", "PACKAGES_", "BILLING_", "INVOICING_", "BOT_", "GATEWAY_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(settings)}
    return kept | {"PYTHONPATH": str(Path(__file__).parents[2]), "PYTHONUNBUFFERED": "1"}
