"""One journey for all tests of the crawl, whichever workers they are given to.

A build goes on files and in memory; `CRAWL_ON_SERVERS=1`, as `make nightly` has it, on PostgreSQL and RabbitMQ.
"""

import asyncio
import fcntl
import os
import pickle
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest

from services.embedded import COMPONENTS
from tests.bot_api.server import serving_bot_api
from tests.crawl.journey import Crawl, travel
from tests.rabbitmq import own_rabbitmq
from tests.servers import on_server, postgres_url


@pytest.fixture(scope="session")
def crawl(tmp_path_factory: pytest.TempPathFactory) -> Crawl:
    """Whoever comes first travels, and keeps the record for the others of the run."""
    own = tmp_path_factory.getbasetemp()
    folder = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    record = folder / "crawl.pickle"
    with (folder / "crawl.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not record.exists():
            with _resources() as resources:
                travelled = asyncio.run(_crawl(tmp_path_factory.mktemp("crawl"), resources))
            record.write_bytes(pickle.dumps(travelled))
    crawl: Crawl = pickle.loads(record.read_bytes())  # noqa: S301 -- of our own making
    return crawl


@contextmanager
def _resources() -> Iterator[Mapping[str, str]]:
    """Settings that name them; none are what the embedded form makes for itself."""
    if "CRAWL_ON_SERVERS" not in os.environ:
        yield {}
        return
    run = uuid4().hex[:12]
    names = {one.name: f"nivaa_crawl_{run}_{one.name}" for one in COMPONENTS if one.has_tables}
    for name in names.values():
        on_server(f'CREATE DATABASE "{name}"')
    try:
        with own_rabbitmq() as broker_url:
            urls = {f"{service.upper()}_DATABASE_URL": f"{postgres_url()}/{name}" for service, name in names.items()}
            yield {"NIVAA_BROKER_URL": broker_url, **urls}
    finally:
        for name in names.values():
            on_server(f'DROP DATABASE "{name}" WITH (FORCE)')


async def _crawl(folder: Path, resources: Mapping[str, str]) -> Crawl:
    async with serving_bot_api() as bot_api:
        return await travel(folder, bot_api, resources)
