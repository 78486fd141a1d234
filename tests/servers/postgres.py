"""PostgreSQL: what tests need of one, and how one of our own is started."""

import os
import shutil
import signal
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import asyncpg

from tests.servers.apart import run_apart
from tests.servers.compose import composed
from tests.servers.ladder import Step, answering, given, installed, private
from tests.servers.process import PrivateServer, started

DEFAULTS = ("postgres://postgres@127.0.0.1:5432", "postgres://postgres:postgres@127.0.0.1:5432")
DEBIAN = Path("/usr/lib/postgresql")
CONNECT_SECONDS = 30
ADVICE = (
    "Set TEST_POSTGRES_URL to a server where databases may be created (postgres://user:password@host:port), or as "
    "root: apt-get install postgresql"
)


def steps(session: ExitStack, defaults: Sequence[str] = DEFAULTS, debian: Path = DEBIAN) -> list[Step]:
    """What a step starts lasts as long as the session."""
    find = partial(binaries, debian)
    start = partial(start_private, session)
    return [
        given("TEST_POSTGRES_URL", check),
        answering(defaults, check),
        composed(session, "postgres", 5432, "postgres://postgres@{}".format),
        private(find, start),
        installed("postgresql", find, start),
    ]


def check(url: str) -> None:
    """Raises unless databases may be created there."""
    if not run_apart(_may_create_databases(url)):
        raise PermissionError("its user may not create databases")


async def _may_create_databases(url: str) -> bool:
    may: bool = await execute(url, "SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user")
    return may


async def execute(url: str, statement: str) -> Any:
    """The first value of its answer; `url` may go without a database."""
    address = url if urlsplit(url).path else f"{url}/postgres"
    connection = await asyncpg.connect(address, timeout=CONNECT_SECONDS)
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()


def binaries(debian: Path = DEBIAN) -> Path | None:
    """The folder of the newest PostgreSQL on this machine."""
    folders = sorted(debian.glob("*/bin"), key=lambda folder: int(folder.parent.name))
    on_path = shutil.which("initdb")
    if on_path and debian == DEBIAN:
        folders.insert(0, Path(on_path).resolve().parent)
    return folders[-1].resolve() if folders else None


def start_private(session: ExitStack, folder: Path) -> str:
    return started(session, PrivatePostgres(folder))


class PrivatePostgres(PrivateServer):
    """A cluster of its own, which trusts whoever comes and flushes nothing to the disk."""

    def __init__(self, binaries: Path, password: str | None = None) -> None:
        super().__init__("postgres")
        self._binaries = binaries
        self._password = password

    @property
    def url(self) -> str:
        password = f":{self._password}" if self._password else ""
        return f"postgres://postgres{password}@127.0.0.1:{self.port}"

    def command(self) -> Sequence[str | Path]:
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": self.port,
            "unix_socket_directories": "",
            "max_connections": 300,
            "fsync": "off",
            "synchronous_commit": "off",
            "full_page_writes": "off",
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return [self._binaries / "postgres", "-D", self.folder / "data", *options]

    def start(self) -> None:
        if not (self.folder / "data").exists():
            self._initialise()
        super().start()

    def check(self) -> None:
        check(self.url)

    def stop(self, sign: signal.Signals = signal.SIGINT) -> None:
        """SIGINT ends sessions; SIGTERM would wait for them to end by themselves."""
        super().stop(sign)

    def kill(self) -> None:
        """Its children are in sessions of their own, and while one of them lives the data cannot be opened again."""
        children = self._children()
        super().kill()
        for child in children:
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)

    def _children(self) -> list[int]:
        if self._process is None:
            return []
        pid = self._process.pid
        listed = Path(f"/proc/{pid}/task/{pid}/children")
        return [int(child) for child in listed.read_text().split()] if listed.exists() else []

    def _initialise(self) -> None:
        options = ["--username=postgres", "--no-sync", "--encoding=UTF8", "--locale=C"]
        if self._password:
            secret = self.folder / "password"
            secret.write_text(self._password)
            options += ["--auth=scram-sha-256", f"--pwfile={secret}"]
        else:
            options.append("--auth=trust")
        self.run(self._binaries / "initdb", "-D", self.folder / "data", *options)
