"""The running product as the scenarios know it, and the forms in which it runs.

A scenario is written once. What differs between the forms stands here: which processes there are, on which settings,
and who signs the tokens.
"""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AbstractContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from nivaa.tokens import mint
from services.embedded import COMPONENTS
from shared.auth.viewer import Viewer
from shared.clock import Clock
from shared.messaging.broker import Broker
from shared.messaging.opening import open_broker
from shared.runtime import host
from shared.runtime.host import open_host
from shared.runtime.serving import serving
from shared.runtime.settings import Settings, load_settings
from tests.servers.process import free_port
from tests.system.server_process import ServerProcess

OpenBroker = Callable[[str, Path], AbstractAsyncContextManager[Broker]]


@dataclass(frozen=True)
class Gateway:
    """Where the product is reached, and tokens for whoever asks. `graphql_url` is another place for `/graphql`."""

    url: str
    token: Callable[[Viewer], str]
    graphql_url: str = ""

    def address_of(self, path: str) -> str:
        return (self.graphql_url if path == "/graphql" and self.graphql_url else self.url) + path


@dataclass
class Product:
    """The product in real processes, which can be killed and started again on the same data."""

    servers: Sequence[ServerProcess]
    gateway: Gateway

    async def start(self) -> None:
        """Returns when it can be asked."""
        for server in self.servers:
            server.start()
        await self.until_ready()

    async def until_ready(self) -> None:
        await asyncio.gather(*(server.until_ready() for server in self.servers))

    def kill(self) -> None:
        """kill -9 of everything."""
        for server in self.servers:
            server.kill()

    async def stop(self) -> list[int]:
        """Ctrl-C; gives each process's exit status."""
        return list(await asyncio.gather(*(server.stop() for server in self.servers)))

    def end(self) -> None:
        for server in self.servers:
            server.end()

    def printed(self) -> str:
        return "\n".join(server.printed() for server in self.servers)

    def cpu_seconds(self) -> float:
        return sum(server.cpu_seconds() for server in self.servers)


class Form(ABC):
    """One way to run the product on a folder of its own. Settings are by their variables' names.

    `launcher` is what `python -m` runs in the place of a module, which it is then told; `open_broker` opens the broker
    of hosts in the test's own process.
    """

    def __init__(self, launcher: Sequence[str] = (), open_broker: OpenBroker = open_broker) -> None:
        self._launcher = launcher
        self._open_broker = open_broker

    @abstractmethod
    def lay_out(self, folder: Path, settings: Mapping[str, str]) -> Product:
        """The product in processes of its own, not started yet."""

    @abstractmethod
    def host(self, folder: Path, clock: Clock, settings: Mapping[str, str]) -> AbstractAsyncContextManager[Gateway]:
        """The product inside the test's process, behind real HTTP: for days that are yet to come."""

    def launched(self, *module_and_arguments: str) -> list[str]:
        return [*self._launcher, *module_and_arguments]

    def with_own_broker(self) -> AbstractContextManager[object]:
        """Hosts that are opened in the block have it."""
        return patch.object(host, "open_broker", self._open_broker)

    def clear_away(self) -> None:  # noqa: B027 - not every form has something
        """What its products have left outside their folders."""


class Embedded(Form):
    """One process, SQLite files, the broker in memory, a folder of PDFs."""

    def lay_out(self, folder: Path, settings: Mapping[str, str]) -> Product:
        port = free_port()
        command = ["nivaa", "up", "--port", str(port), "--data-dir", str(folder / "data")]
        server = ServerProcess(self.launched(*command), settings, port, folder / "output.txt")
        return Product([server], self._gateway(folder, port))

    @asynccontextmanager
    async def host(self, folder: Path, clock: Clock, settings: Mapping[str, str]) -> AsyncIterator[Gateway]:
        overrides = {"NIVAA_DATA_DIR": folder / "data", **settings}
        with self.with_own_broker():
            async with (
                open_host(COMPONENTS, env_files=(), clock=clock, overrides=overrides) as opened,
                serving(opened, port=0) as port,
            ):
                yield self._gateway(folder, port)

    def _gateway(self, folder: Path, port: int) -> Gateway:
        settings = load_settings(Settings, (), {"NIVAA_DATA_DIR": folder / "data"})
        return Gateway(f"http://127.0.0.1:{port}", lambda viewer: mint(settings, viewer))
