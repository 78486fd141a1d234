"""The distributed form: each service in a process of its own, on real servers."""

from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from unittest.mock import patch

from nivaa.tokens import mint
from services.embedded import COMPONENTS
from shared.clock import Clock
from shared.runtime.host import open_host
from shared.runtime.serving import serving
from shared.runtime.settings import Settings, load_settings
from tests.servers import amqp_url, on_server, postgres_url
from tests.servers.bucket import CREDENTIALS, new_bucket
from tests.servers.process import free_port
from tests.system.product import Form, Gateway, Product
from tests.system.server_process import ServerProcess

FRONT = COMPONENTS[-1].name


@dataclass
class Distributed(Form):
    """Five processes: PostgreSQL, RabbitMQ, a bucket, and HTTP between them.

    A folder stands for a product: whatever is laid out in it again has the same databases, queues and bucket.
    """

    broker_url: Callable[[str], str] = lambda name: f"{amqp_url()}?prefix={name}."
    _databases: set[str] = field(default_factory=set, init=False)

    def lay_out(self, folder: Path, settings: Mapping[str, str]) -> Product:
        ports = {component.name: free_port() for component in COMPONENTS}
        shared = {**self._settings(folder, ports), **CREDENTIALS, **settings}
        servers = [
            ServerProcess([f"services.{name}"], shared | {"NIVAA_PORT": str(port)}, port, folder / f"{name}.txt")
            for name, port in ports.items()
        ]
        return Product(servers, self._gateway(shared, ports[FRONT]))

    @asynccontextmanager
    async def host(self, folder: Path, clock: Clock, settings: Mapping[str, str]) -> AsyncIterator[Gateway]:
        """Five hosts, which still ask each other over HTTP."""
        ports = {component.name: free_port() for component in COMPONENTS}
        shared = {**self._settings(folder, ports), **settings}
        async with AsyncExitStack() as stack:
            stack.enter_context(patch.dict("os.environ", CREDENTIALS))
            for component in COMPONENTS:
                host = await stack.enter_async_context(
                    open_host([component], env_files=(), clock=clock, overrides=shared)
                )
                await stack.enter_async_context(serving(host, port=ports[component.name]))
            yield self._gateway(shared, ports[FRONT])

    def clear_away(self) -> None:
        for name in self._databases:
            on_server(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def _settings(self, folder: Path, ports: Mapping[str, int]) -> dict[str, str]:
        name = f"nivaa-{sha256(str(folder).encode()).hexdigest()[:12]}"
        databases = {component.name: f"{name}-{component.name}" for component in COMPONENTS if component.has_tables}
        self._make(databases.values())
        return {
            "NIVAA_DATA_DIR": str(folder / "data"),
            "NIVAA_KEY_FILE": str(folder / "keys.json"),
            "NIVAA_BROKER_URL": self.broker_url(name),
            "NIVAA_FILES_URL": new_bucket(name),
            **{f"{service.upper()}_URL": f"http://127.0.0.1:{port}" for service, port in ports.items()},
            **{f"{service.upper()}_DATABASE_URL": f"{postgres_url()}/{made}" for service, made in databases.items()},
        }

    def _make(self, databases: Iterable[str]) -> None:
        for name in set(databases) - self._databases:
            on_server(f'CREATE DATABASE "{name}"')
            self._databases.add(name)

    def _gateway(self, settings: Mapping[str, str], port: int) -> Gateway:
        loaded = load_settings(Settings, (), settings)
        return Gateway(f"http://127.0.0.1:{port}", lambda viewer: mint(loaded, viewer))
