"""A month that waits for its approvals: arranged once for each size, then copied."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aio_pika

from shared.messaging.rabbitmq.topology import Names
from tests.chaos.month import BusyMonth, arrange
from tests.chaos.plant import Plant
from tests.system.desk import at_desk
from tests.system.distributed import WITH_TABLES, Distributed
from tests.system.product import Product
from tests.system.term import this_month

SEED = 20261126
SETTLING_SECONDS = 1
SETTINGS = {"NIVAA_FREEZE": "none"}


@dataclass(frozen=True)
class Arranged:
    month: BusyMonth
    databases: Mapping[str, str]


class Arranger:
    def __init__(self, plant: Plant, folder: Path) -> None:
        self._plant = plant
        self._folder = folder
        self._form = Distributed(find_servers=lambda: plant.servers)
        self._arranged: dict[int, Arranged] = {}

    @asynccontextmanager
    async def product(
        self, families: int, folder: Path, launcher: Sequence[str] = ()
    ) -> AsyncIterator[tuple[Product, BusyMonth]]:
        """At work on a copy of the month; see Form for `launcher`."""
        arranged = await self._arrange(families)
        form = Distributed(launcher, find_servers=lambda: self._plant.servers)
        form.copy_databases(folder, arranged.databases)
        product = form.lay_out(folder, SETTINGS)
        try:
            await product.start()
            yield product, arranged.month
        finally:
            product.end()
            form.clear_away()

    def clear_away(self) -> None:
        self._form.clear_away()

    async def _arrange(self, families: int) -> Arranged:
        if families not in self._arranged:
            folder = self._folder / str(families)
            product = self._form.lay_out(folder, SETTINGS)
            month = await _arrange_by(product, families)
            self._arranged[families] = Arranged(month, self._form.databases_of(folder))
        return self._arranged[families]


async def _arrange_by(product: Product, families: int) -> BusyMonth:
    """Everything has arrived everywhere when it ends: what is in no queue is in a database."""
    try:
        await product.start()
        async with at_desk(product.gateway) as desk:
            month = await arrange(desk, this_month(), families, SEED)
        while True:
            await product.stop()
            if await _queues_are_empty(broker_url(product)):
                return month
            await product.start()
            await asyncio.sleep(SETTLING_SECONDS)
    finally:
        product.end()


def broker_url(product: Product) -> str:
    return product.servers[0].settings["NIVAA_BROKER_URL"]


async def _queues_are_empty(url: str) -> bool:
    server, _, prefix = url.partition("?prefix=")
    async with await aio_pika.connect(server) as connection, connection.channel() as channel:
        queues = [await channel.get_queue(Names(prefix).queue(name), ensure=False) for name in WITH_TABLES]
        return [await queue.get(fail=False) for queue in queues] == [None] * len(queues)
