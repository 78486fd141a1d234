"""The five services in processes of their own, and the servers of docker-compose.yml as its secrets and scripts make
them, on this machine."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from deploy.make_secrets import USER, make_secrets
from tests.deploy.compose import ROOT
from tests.servers import postgres, rabbitmq
from tests.servers.ladder import install
from tests.servers.postgres import PrivatePostgres
from tests.servers.rabbitmq import PrivateRabbitMQ
from tests.system.distributed import Distributed


@pytest.fixture
def form() -> Iterator[Distributed]:
    form = Distributed()
    yield form
    form.clear_away()


@pytest.fixture(scope="module")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for each container."""
    folder = tmp_path_factory.mktemp("secrets")
    make_secrets(folder)
    return folder


@pytest.fixture(scope="module")
def postgres_server(secrets: Path) -> Iterator[PrivatePostgres]:
    """After the script for the databases has run as the image runs it, but over TCP."""
    binaries = postgres.binaries() or install("postgresql", postgres.binaries)
    server = PrivatePostgres(binaries, password=(secrets / "postgres/POSTGRES_PASSWORD").read_text())
    try:
        server.start()
        subprocess.run(
            [ROOT / "deploy/postgres/databases.sh"], env=_of_the_image(server, secrets, binaries), check=True
        )
        yield server
    finally:
        server.remove()


def _of_the_image(server: PrivatePostgres, secrets: Path, binaries: Path) -> dict[str, str]:
    return {
        "PATH": f"{binaries}:{os.environ['PATH']}",
        "SECRETS_DIR": str(secrets / "postgres"),
        "POSTGRES_USER": "postgres",
        "PGHOST": "127.0.0.1",
        "PGPORT": str(server.port),
        "PGPASSWORD": str(urlsplit(server.url).password),
    }


@pytest.fixture(scope="module")
def rabbitmq_server(secrets: Path) -> Iterator[PrivateRabbitMQ]:
    binaries = rabbitmq.binaries() or install("rabbitmq-server", rabbitmq.binaries)
    server = PrivateRabbitMQ(binaries, f"{USER}:{(secrets / 'billing/NIVAA_BROKER_PASSWORD').read_text()}")
    try:
        server.start()
        yield server
    finally:
        server.remove()
