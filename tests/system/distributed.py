"""The distributed form: each service in a process of its own, on real servers."""

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from unittest.mock import patch
from uuid import uuid4

from nivaa.tokens import mint
from services.embedded import COMPONENTS
from shared.clock import Clock
from shared.runtime.host import open_host
from shared.runtime.serving import serving
from shared.runtime.settings import Settings, load_settings
from tests.rabbitmq import own_rabbitmq
from tests.servers import on_server, postgres_url
from tests.servers.bucket import CREDENTIALS, shared_s3
from tests.servers.process import free_port
from tests.system.product import Form, Gateway, Product
from tests.system.server_process import ServerProcess

FRONT = COMPONENTS[-1].name


class Distributed(Form):
    """Five processes: PostgreSQL, RabbitMQ, a bucket, and HTTP between them.

    A folder stands for a product: whatever is laid out in it again has the same databases, queues and bucket.
    """

    def __init__(self) -> None:
        self._left = ExitStack()
        self._resources: dict[Path, Mapping[str, str]] = {}

    def lay_out(self, folder: Path, settings: Mapping[str, str]) -> Product:
        ports, shared = self._settings(folder, settings)
        servers = [
            ServerProcess([f"services.{name}"], {**shared, "NIVAA_PORT": str(port)}, port, folder / f"{name}.txt")
            for name, port in ports.items()
        ]
        return Product(servers, _gateway(shared))

    @asynccontextmanager
    async def host(self, folder: Path, clock: Clock, settings: Mapping[str, str]) -> AsyncIterator[Gateway]:
        """Five hosts, which still ask each other over HTTP."""
        ports, shared = self._settings(folder, settings)
        async with AsyncExitStack() as stack:
            stack.enter_context(patch.dict("os.environ", CREDENTIALS))
            for component in COMPONENTS:
                opened = open_host([component], env_files=(), clock=clock, overrides=shared)
                host = await stack.enter_async_context(opened)
                await stack.enter_async_context(serving(host, port=ports[component.name]))
            yield _gateway(shared)

    def clear_away(self) -> None:
        self._resources.clear()
        self._left.close()

    def _settings(self, folder: Path, given: Mapping[str, str]) -> tuple[dict[str, int], dict[str, str]]:
        """Each service's port, and what all of them are told."""
        if folder not in self._resources:
            self._resources[folder] = self._left.enter_context(_resources())
        ports = {component.name: free_port() for component in COMPONENTS}
        peers = {f"{name.upper()}_URL": f"http://127.0.0.1:{port}" for name, port in ports.items()}
        own = {"NIVAA_DATA_DIR": str(folder / "data"), "NIVAA_KEY_FILE": str(folder / "keys.json")}
        return ports, {**self._resources[folder], **peers, **own, **CREDENTIALS, **given}


@contextmanager
def _resources() -> Iterator[Mapping[str, str]]:
    """Settings of databases, queues and a bucket that are nobody else's."""
    name = f"nivaa-test-{uuid4().hex[:12]}"
    databases = {component.name: f"{name}-{component.name}" for component in COMPONENTS if component.has_tables}
    for database in databases.values():
        on_server(f'CREATE DATABASE "{database}"')
    with own_rabbitmq() as broker_url:
        yield {
            "NIVAA_BROKER_URL": broker_url,
            "NIVAA_FILES_URL": shared_s3().make_bucket(name),
            **{f"{service.upper()}_DATABASE_URL": f"{postgres_url()}/{made}" for service, made in databases.items()},
        }
    for database in databases.values():
        on_server(f'DROP DATABASE "{database}" WITH (FORCE)')


def _gateway(settings: Mapping[str, str]) -> Gateway:
    loaded = load_settings(Settings, (), settings)
    return Gateway(loaded.peer_url(FRONT), lambda viewer: mint(loaded, viewer))
