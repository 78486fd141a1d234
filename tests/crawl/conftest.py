"""One journey for all tests of the crawl, whichever workers they are given to."""

import asyncio
import fcntl
import os
import pickle
from pathlib import Path

import pytest

from tests.bot_api.server import serving_bot_api
from tests.crawl.journey import Crawl, travel


@pytest.fixture(scope="session")
def crawl(tmp_path_factory: pytest.TempPathFactory) -> Crawl:
    """Whoever comes first travels, and keeps the record for the others of the run."""
    own = tmp_path_factory.getbasetemp()
    folder = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    record = folder / "crawl.pickle"
    with (folder / "crawl.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not record.exists():
            record.write_bytes(pickle.dumps(asyncio.run(_crawl(tmp_path_factory.mktemp("crawl")))))
    crawl: Crawl = pickle.loads(record.read_bytes())  # noqa: S301 -- of our own making
    return crawl


async def _crawl(folder: Path) -> Crawl:
    async with serving_bot_api() as bot_api:
        return await travel(folder, bot_api)
