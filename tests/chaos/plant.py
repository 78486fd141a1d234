"""Servers that may be stopped, and the processes that stand on them, which a supervisor starts again."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field

from tests.servers import postgres, rabbitmq
from tests.servers.bucket import S3Server
from tests.servers.ladder import install
from tests.servers.postgres import PrivatePostgres
from tests.servers.process import started
from tests.servers.rabbitmq import PrivateRabbitMQ
from tests.system.desk import until
from tests.system.distributed import Servers
from tests.system.product import Product
from tests.system.server_process import READY_WITHIN_SECONDS

RESTART_SECONDS = 0.5


@dataclass(frozen=True)
class Plant:
    postgres: PrivatePostgres
    rabbitmq: PrivateRabbitMQ
    s3: S3Server

    @classmethod
    @contextmanager
    def at_work(cls) -> Iterator["Plant"]:
        """Of the machine's own binaries: containers of others are not ours to stop."""
        with ExitStack() as stack:
            plant = cls(
                PrivatePostgres(postgres.binaries() or install("postgresql", postgres.binaries)),
                PrivateRabbitMQ(rabbitmq.binaries() or install("rabbitmq-server", rabbitmq.binaries)),
                S3Server(),
            )
            stack.callback(plant.s3.stop)
            started(stack, plant.postgres)
            started(stack, plant.rabbitmq)
            yield plant

    @property
    def servers(self) -> Servers:
        return Servers(self.postgres.url, self.rabbitmq.url, self.s3)


@dataclass
class Supervisor:
    """Starts again what has ended, as whatever runs containers does. `starts` counts, by service."""

    product: Product
    starts: Counter[str] = field(default_factory=Counter)

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator["Supervisor"]:
        """Ends when all of them are ready again."""
        watching = asyncio.create_task(self._watch())
        try:
            yield self
            await until(self._are_ready, within_seconds=READY_WITHIN_SECONDS)
        finally:
            watching.cancel()
            await asyncio.wait({watching})

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(RESTART_SECONDS)
            for server in self.product.servers:
                if server.has_ended:
                    self.starts[server.output.stem] += 1
                    server.start()

    async def _are_ready(self) -> bool:
        return all(await asyncio.gather(*(server.is_ready() for server in self.product.servers)))
