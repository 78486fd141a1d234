"""A server process of the tests' own: a temporary folder, ports of its own, no more rights than it needs."""

import os
import pwd
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

START_SECONDS = 120
STOP_SECONDS = 30
POLL_SECONDS = 0.05
PORTS = range(20_000, 32_000)
"""Below those that the system hands out for outgoing connections, so that nobody takes one meanwhile."""
WORKERS = 16
_CHANCE = random.SystemRandom()
_GIVEN: set[int] = set()
"""Between its choice and its server's start a port is still free: it is given once."""


class NotStarted(Exception):
    """A server that ended or did not answer in time; the message holds the end of what it wrote."""


class PrivateServer(ABC):
    """May be stopped, killed and started again; its data stay until `remove`. `name` is Debian's for its user."""

    def __init__(self, name: str) -> None:
        self.port = free_port()
        self.user = _unprivileged(name)
        self.folder = Path(tempfile.mkdtemp(prefix=f"nivaa-tests-{name}-"))
        if self.user is not None:
            shutil.chown(self.folder, self.user)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    @abstractmethod
    def url(self) -> str: ...

    @abstractmethod
    def command(self) -> Sequence[str | Path]: ...

    @abstractmethod
    def check(self) -> None:
        """Raises while the server does not answer."""

    def environment(self) -> Mapping[str, str]:
        return os.environ

    def start(self) -> None:
        """Returns when it answers."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self.command(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self.environment(),
                cwd=self.folder,
                start_new_session=True,  # Ctrl-C is for pytest, which then stops this in its turn
                **self._dropped(),
            )
        self._wait_until_answering(self._process)

    def stop(self, sign: signal.Signals = signal.SIGTERM) -> None:
        """The orderly way, which ends in the other one when it takes too long."""
        if self._process is None:
            return
        self._process.send_signal(sign)
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
        self._process = None

    def kill(self) -> None:
        """SIGKILL to it and to all that it started."""
        if self._process is None:
            return
        with suppress(ProcessLookupError):  # it ended by itself
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._process = None

    def remove(self) -> None:
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def run(self, *command: str | Path) -> str:
        """One of the server's own tools, as the server's own user."""
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            check=False,
            env=self.environment(),
            cwd=self.folder,
            **self._dropped(),
        )
        if done.returncode != 0:
            raise NotStarted(f"{command[0]}: {done.stderr.strip() or done.stdout.strip()}")
        output: str = done.stdout
        return output

    @property
    def log(self) -> Path:
        return self.folder / "log"

    def _dropped(self) -> dict[str, Any]:
        if self.user is None:
            return {}
        return {"user": self.user, "group": pwd.getpwnam(self.user).pw_gid, "extra_groups": ()}

    def _wait_until_answering(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
                return self.check()
            except Exception as error:
                if process.poll() is not None or time.monotonic() > deadline:
                    raise NotStarted(f"{type(self).__name__}: {self.log.read_text()[-2000:]}") from error
            time.sleep(POLL_SECONDS)


def started(session: ExitStack, server: PrivateServer) -> str:
    """Starts it for as long as the session lasts; gives its URL."""
    session.callback(server.remove)
    server.start()
    return server.url


def free_port() -> int:
    """One that nothing listens on at the moment, and that no other worker of these tests will be given."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    own = PORTS[worker % WORKERS :: WORKERS]
    for _ in range(100):
        port = _CHANCE.choice(own)
        if port in _GIVEN:
            continue
        with socket.socket() as candidate:
            candidate.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                candidate.bind(("127.0.0.1", port))
            except OSError:
                continue
        _GIVEN.add(port)
        return port
    raise NotStarted("no free port")


def _unprivileged(name: str) -> str | None:
    """Whom root runs the server as: the user that its package makes, or nobody. Others stay who they are."""
    if os.getuid() != 0:
        return None
    return name if name in {entry.pw_name for entry in pwd.getpwall()} else "nobody"
