"""The distributed form: each service in a process of its own, on real servers."""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch
from uuid import uuid4

from nivaa.tokens import mint
from services.embedded import COMPONENTS
from shared.clock import Clock
from shared.messaging.opening import open_broker
from shared.runtime.host import open_host
from shared.runtime.serving import serving
from shared.runtime.settings import Settings, load_settings
from tests.rabbitmq import own_rabbitmq
from tests.servers import amqp_url, postgres, postgres_url
from tests.servers.apart import run_apart
from tests.servers.bucket import CREDENTIALS, S3Server, shared_s3
from tests.servers.process import free_port
from tests.system.product import Form, Gateway, OpenBroker, Product
from tests.system.server_process import ServerProcess

FRONT = COMPONENTS[-1].name
WITH_TABLES = [component.name for component in COMPONENTS if component.has_tables]


@dataclass(frozen=True)
class Servers:
    """What the five stand on."""

    postgres_url: str
    amqp_url: str
    s3: S3Server

    def run(self, statement: str) -> None:
        run_apart(postgres.execute(self.postgres_url, statement))


def servers_of_the_run() -> Servers:
    return Servers(postgres_url(), amqp_url(), shared_s3())


@dataclass(frozen=True)
class Resources:
    """Databases, queues and a bucket that are nobody else's."""

    databases: Mapping[str, str]
    settings: Mapping[str, str]


class Distributed(Form):
    """Five processes: PostgreSQL, RabbitMQ, a bucket, and HTTP between them.

    A folder stands for a product: whatever is laid out in it again has the same databases, queues and bucket.
    """

    def __init__(
        self,
        launcher: Sequence[str] = (),
        open_broker: OpenBroker = open_broker,
        find_servers: Callable[[], Servers] = servers_of_the_run,
    ) -> None:
        super().__init__(launcher, open_broker)
        self._find_servers = find_servers
        self._left = ExitStack()
        self._resources: dict[Path, Resources] = {}
        self.ports: dict[str, int] = {}

    def lay_out(self, folder: Path, settings: Mapping[str, str]) -> Product:
        ports, shared = self._settings(folder, settings)
        servers = [self._process(name, port, folder / f"{name}.txt", shared) for name, port in ports.items()]
        return Product(servers, _gateway(shared))

    def another(self, name: str, folder: Path, product: Product, **settings: str) -> ServerProcess:
        """One more process of a service, beside the one that the product has, on the same settings and some of its
        own."""
        (first,) = [server for server in product.servers if server.output.stem == name]
        port = free_port()
        return self._process(name, port, folder / f"{name}-{port}.txt", {**first.settings, **settings})

    def databases_of(self, folder: Path) -> Mapping[str, str]:
        """Their names on the server, by service."""
        return self._resources[folder].databases

    def copy_databases(self, folder: Path, databases: Mapping[str, str]) -> None:
        """Those of the folder begin as these are, which nobody may be using."""
        self._resources[folder] = self._left.enter_context(_resources(self._find_servers(), databases))

    @asynccontextmanager
    async def host(self, folder: Path, clock: Clock, settings: Mapping[str, str]) -> AsyncIterator[Gateway]:
        """Five hosts, which still ask each other over HTTP."""
        ports, shared = self._settings(folder, settings)
        async with AsyncExitStack() as stack:
            stack.enter_context(patch.dict("os.environ", CREDENTIALS))
            stack.enter_context(self.with_own_broker())
            for component in COMPONENTS:
                opened = open_host([component], env_files=(), clock=clock, overrides=shared)
                host = await stack.enter_async_context(opened)
                await stack.enter_async_context(serving(host, port=ports[component.name]))
            yield _gateway(shared)

    def clear_away(self) -> None:
        self._resources.clear()
        self._left.close()

    def _process(self, name: str, port: int, output: Path, settings: Mapping[str, str]) -> ServerProcess:
        return ServerProcess(self.launched(f"services.{name}"), {**settings, "NIVAA_PORT": str(port)}, port, output)

    def _settings(self, folder: Path, given: Mapping[str, str]) -> tuple[dict[str, int], dict[str, str]]:
        """Each service's port, and what all of them are told."""
        if folder not in self._resources:
            self._resources[folder] = self._left.enter_context(_resources(self._find_servers()))
        ports = self.ports = {component.name: free_port() for component in COMPONENTS}
        peers = {f"{name.upper()}_URL": f"http://127.0.0.1:{port}" for name, port in ports.items()}
        own = {"NIVAA_DATA_DIR": str(folder / "data"), "NIVAA_KEY_FILE": str(folder / "keys.json")}
        return ports, {**self._resources[folder].settings, **peers, **own, **CREDENTIALS, **given}


@contextmanager
def _resources(servers: Servers, templates: Mapping[str, str] | None = None) -> Iterator[Resources]:
    """Empty ones, or with databases that begin as copies of others."""
    name = f"nivaa-test-{uuid4().hex[:12]}"
    databases = {service: f"{name}-{service}" for service in WITH_TABLES}
    for service, database in databases.items():
        template = f' TEMPLATE "{templates[service]}"' if templates else ""
        servers.run(f'CREATE DATABASE "{database}"{template}')
    with own_rabbitmq(servers.amqp_url) as broker_url:
        yield Resources(
            databases,
            {
                "NIVAA_BROKER_URL": broker_url,
                "NIVAA_FILES_URL": servers.s3.make_bucket(name),
                **{
                    f"{service.upper()}_DATABASE_URL": f"{servers.postgres_url}/{databases[service]}"
                    for service in databases
                },
            },
        )
    for database in databases.values():
        servers.run(f'DROP DATABASE "{database}" WITH (FORCE)')


def _gateway(settings: Mapping[str, str]) -> Gateway:
    loaded = load_settings(Settings, (), settings)
    return Gateway(loaded.peer_url(FRONT), lambda viewer: mint(loaded, viewer))
