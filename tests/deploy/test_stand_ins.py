"""What docker-compose.yml runs once: on real servers, it leaves what the services expect."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest

from deploy.make_bucket import make_bucket
from deploy.make_secrets import SERVICES_WITH_DATABASE, make_secrets
from shared.files.opening import open_file_store
from tests.deploy.compose import ROOT
from tests.servers import postgres
from tests.servers.apart import run_apart
from tests.servers.bucket import CREDENTIALS, s3_endpoint
from tests.servers.ladder import install
from tests.servers.postgres import PrivatePostgres


@pytest.fixture
def binaries() -> Path:
    return postgres.binaries() or install("postgresql", postgres.binaries)


@pytest.fixture
def server(tmp_path: Path, binaries: Path) -> Iterator[PrivatePostgres]:
    make_secrets(tmp_path)
    server = PrivatePostgres(binaries, password=(tmp_path / "postgres/POSTGRES_PASSWORD").read_text())
    with ExitStack() as stack:
        stack.callback(server.remove)
        server.start()
        yield server


@pytest.fixture
def with_databases(server: PrivatePostgres, tmp_path: Path, binaries: Path) -> PrivatePostgres:
    """After the script has run as the image runs it, but over TCP."""
    environment = {
        "PATH": f"{binaries}:{os.environ['PATH']}",
        "SECRETS_DIR": str(tmp_path / "postgres"),
        "POSTGRES_USER": "postgres",
        "PGHOST": "127.0.0.1",
        "PGPORT": str(server.port),
        "PGPASSWORD": str(urlsplit(server.url).password),
    }
    subprocess.run([ROOT / "deploy/postgres/databases.sh"], env=environment, check=True)
    return server


def test_each_service_may_enter_and_change_its_own_database_and_no_other(
    with_databases: PrivatePostgres, tmp_path: Path
) -> None:
    for service in SERVICES_WITH_DATABASE:
        password = (tmp_path / service / f"{service.upper()}_DATABASE_PASSWORD").read_text()
        address = f"postgres://{service}:{password}@127.0.0.1:{with_databases.port}"
        run_apart(postgres.execute(f"{address}/{service}", "CREATE TABLE things (id uuid PRIMARY KEY)"))
        for other in set(SERVICES_WITH_DATABASE) - {service}:
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                run_apart(postgres.execute(f"{address}/{other}", "SELECT 1"))


async def test_the_bucket_is_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    url = f"s3://made-once?endpoint={s3_endpoint()}&region=us-east-1"
    await make_bucket(url)
    async with open_file_store(url) as store:
        await store.put_if_absent("kept.pdf", b"%PDF", "application/pdf")
        await make_bucket(url)
        assert await store.read("kept.pdf") == b"%PDF"
