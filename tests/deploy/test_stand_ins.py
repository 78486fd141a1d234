"""What docker-compose.yml runs once: on real servers, it leaves what the services expect."""

from pathlib import Path

import asyncpg
import pytest

from deploy.make_bucket import make_bucket
from deploy.make_secrets import SERVICES_WITH_DATABASE
from shared.files.opening import open_file_store
from tests.servers import postgres
from tests.servers.apart import run_apart
from tests.servers.bucket import CREDENTIALS, shared_s3
from tests.servers.postgres import PrivatePostgres


@pytest.mark.parametrize("service", SERVICES_WITH_DATABASE)
def test_a_service_may_enter_and_change_its_own_database_and_no_other(
    service: str, postgres_server: PrivatePostgres, secrets: Path
) -> None:
    password = (secrets / service / f"{service.upper()}_DATABASE_PASSWORD").read_text()
    address = f"postgres://{service}:{password}@127.0.0.1:{postgres_server.port}"
    run_apart(postgres.execute(f"{address}/{service}", "CREATE TABLE things (id uuid PRIMARY KEY)"))
    for other in set(SERVICES_WITH_DATABASE) - {service}:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            run_apart(postgres.execute(f"{address}/{other}", "SELECT 1"))


async def test_the_bucket_is_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    url = shared_s3().url("made-once")
    await make_bucket(url)
    async with open_file_store(url) as store:
        await store.put_if_absent("kept.pdf", b"%PDF", "application/pdf")
        await make_bucket(url)
        assert await store.read("kept.pdf") == b"%PDF"
