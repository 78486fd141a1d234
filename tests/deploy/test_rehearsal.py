"""`docker compose up` without an engine: each container's own command and variables, as a process of this machine."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
import pytest
import pytest_asyncio

from services.embedded import COMPONENTS
from tests.deploy.compose import SECRETS, Container, containers
from tests.servers.bucket import shared_s3
from tests.servers.postgres import PrivatePostgres
from tests.servers.process import free_port
from tests.servers.rabbitmq import PrivateRabbitMQ
from tests.system.server_process import ServerProcess, surroundings

CONTAINERS = containers()
PORTS = {component.name: component.port for component in COMPONENTS}


@dataclass(frozen=True)
class Machine:
    """Where on this machine the addresses of the containers' network lead, and what is under /run/secrets."""

    addresses: dict[str, str]
    secrets: Path
    data: Path

    def environment(self, container: Container) -> dict[str, str]:
        found = {name: self._here(value, container) for name, value in container.environment.items()}
        return {**found, "NIVAA_DATA_DIR": str(self.data)}

    def run(self, container: Container, *command: str) -> str:
        environment = {**surroundings(), **self.environment(container)}
        done = subprocess.run([sys.executable, *command], env=environment, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    def server(self, name: str, folder: Path) -> ServerProcess:
        _, _, *module = CONTAINERS[name].command
        port = int(self.addresses[f"{name}:{PORTS[name]}"].rpartition(":")[2])
        settings = {**self.environment(CONTAINERS[name]), "NIVAA_PORT": str(port)}
        return ServerProcess(module, settings, port, folder / f"{name}.txt")

    def _here(self, value: str, container: Container) -> str:
        for address, here in self.addresses.items():
            value = value.replace(address, here)
        return value.replace(SECRETS, str(self.secrets / str(container.secrets_folder)))


@pytest.fixture
def machine(
    postgres_server: PrivatePostgres, rabbitmq_server: PrivateRabbitMQ, secrets: Path, tmp_path: Path
) -> Machine:
    servers = {
        "postgres:5432": f"127.0.0.1:{postgres_server.port}",
        "rabbitmq:5672": f"127.0.0.1:{rabbitmq_server.port}",
        "s3:9000": urlsplit(shared_s3().endpoint).netloc,
    }
    services = {f"{name}:{port}": f"127.0.0.1:{free_port()}" for name, port in PORTS.items()}
    return Machine({**servers, **services}, secrets, tmp_path / "data")


@pytest_asyncio.fixture
async def services(machine: Machine, tmp_path: Path) -> AsyncIterator[dict[str, ServerProcess]]:
    machine.run(CONTAINERS["bucket"], *CONTAINERS["bucket"].command[1:])
    servers = {name: machine.server(name, tmp_path) for name in PORTS}
    try:
        for server in servers.values():
            server.start()
        await asyncio.gather(*(server.until_ready() for server in servers.values()))
        yield servers
    finally:
        for server in servers.values():
            server.end()


async def test_the_five_come_up_and_a_coordinator_with_the_printed_token_is_answered(
    services: dict[str, ServerProcess], machine: Machine
) -> None:
    token = machine.run(CONTAINERS["gateway"], "-m", "nivaa", "token", "--role", "coordinator")
    query = "{ viewer { role } parents { totalCount } billingCycles { totalCount } invoices { totalCount } }"
    async with aiohttp.ClientSession(f"http://127.0.0.1:{services['gateway'].port}") as http:
        headers = {"Authorization": f"Bearer {token}"}
        async with http.post("/graphql", json={"query": query}, headers=headers) as response:
            answer = await response.json()
    nothing = {"totalCount": 0}
    assert answer["data"] == {
        "viewer": {"role": "COORDINATOR"},
        "parents": nothing,
        "billingCycles": nothing,
        "invoices": nothing,
    }
    assert not machine.data.exists(), "the containers' own file systems are read-only"
