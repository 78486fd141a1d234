"""A closed cycle through invoicing services as they are deployed: PostgreSQL, RabbitMQ, a folder of PDFs."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import aiohttp

from bench.databases import new_database
from bench.invoice_contents import CLOSED_AT, closed_cycle
from bench.queues import RABBITMQ, own_prefix
from shared.database.database import Database
from shared.messaging.envelope import Event
from shared.messaging.opening import open_broker

FIRST_PORT = 18_300
POLL_SECONDS = 0.2


async def rate_of_month(statements: int, processes: int) -> float:
    """Invoices a second, from the cycle's first part until the last PDF is in the store. A core for each process."""
    with TemporaryDirectory() as folder:
        async with new_database("invoicing") as database, own_prefix("invoicing") as prefix:
            broker_url = f"{RABBITMQ}/?prefix={prefix}"
            ports = [FIRST_PORT + number for number in range(processes)]
            with _services(ports, database.config.url, broker_url, Path(folder)):
                await asyncio.gather(*(_until_ready(port) for port in ports))
                start = time.perf_counter()
                await _publish(broker_url, statements)
                await _until_rendered(database, statements)
                seconds = time.perf_counter() - start
        stored = sum(1 for _ in (Path(folder) / "files").rglob("*.pdf"))
        assert stored == statements, f"{stored} files for {statements} statements"
    print(
        f"{processes} on a core each  {statements:,} statements {seconds:8.1f} s {statements / seconds:8.1f} invoices/s"
    )
    return statements / seconds


@contextmanager
def _services(ports: list[int], database_url: str, broker_url: str, folder: Path) -> Iterator[None]:
    cores = sorted(os.sched_getaffinity(0))
    with ExitStack() as stack:
        for number, port in enumerate(ports):
            settings = {
                "NIVAA_PORT": str(port),
                "NIVAA_DATA_DIR": str(folder),
                "NIVAA_LOG_LEVEL": "warning",
                "NIVAA_BROKER_URL": broker_url,
                "NIVAA_RENDERER_PROCESSES": "1",
                "INVOICING_DATABASE_URL": database_url,
            }
            process = subprocess.Popen([sys.executable, "-m", "services.invoicing"], env={**os.environ, **settings})
            stack.callback(process.wait)
            stack.callback(process.terminate)
            os.sched_setaffinity(process.pid, {cores[number % len(cores)]})
        yield


async def _until_ready(port: int) -> None:
    async with asyncio.timeout(60), aiohttp.ClientSession() as session:
        while True:
            try:
                async with session.get(f"http://127.0.0.1:{port}/readyz") as answer:
                    if answer.status == 200:
                        return
            except aiohttp.ClientConnectionError:
                pass
            await asyncio.sleep(POLL_SECONDS)


async def _publish(broker_url: str, statements: int) -> None:
    async with open_broker(broker_url, Path("unused")) as broker:
        await broker.publish([Event.about(part, CLOSED_AT) for part in closed_cycle(statements)])


async def _until_rendered(database: Database, statements: int) -> None:
    while await database.value("SELECT count(*) FROM document WHERE status = 'RENDERED'") < statements:
        assert not await database.value("SELECT count(*) FROM document WHERE status = 'FAILED'")
        await asyncio.sleep(POLL_SECONDS)
