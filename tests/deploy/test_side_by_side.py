"""Several processes of the same service beside each other, on one database and one queue."""

import asyncio
import random
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import pytest_asyncio

from tests.servers.bucket import S3Server, shared_s3
from tests.services.invoicing.troubled import unhurried_renderer
from tests.system.books import assert_nothing_lost_or_doubled
from tests.system.desk import at_desk
from tests.system.distributed import Distributed
from tests.system.product import Gateway, Product
from tests.system.server_process import ServerProcess
from tests.system.term import begin_term, this_month

SEED = 20261109
FAMILIES = 60
"""Whose documents are more than one process takes at a time."""


@pytest.fixture
def another_s3() -> Iterator[S3Server]:
    """Another way to the same buckets."""
    server = S3Server()
    yield server
    server.stop()


@pytest_asyncio.fixture
async def product(form: Distributed, another_s3: S3Server, tmp_path: Path) -> AsyncIterator[Product]:
    """Nobody has migrated its databases when nine processes start on them together.

    One process would draw all documents of a month before the other looks for any, were it fast enough.
    """
    renderer = unhurried_renderer(tmp_path, seconds=0.3)
    five = form.lay_out(tmp_path, {"NIVAA_FREEZE": "none", "NIVAA_WKHTMLTOPDF": renderer.binary})
    seconds = [
        form.another(name, tmp_path, five, NIVAA_FILES_URL=another_s3.url(bucket_of(five)))
        for name in ("packages", "billing", "invoicing", "bot")
    ]
    product = Product([*five.servers, *seconds], five.gateway)
    try:
        await product.start()
        yield product
    finally:
        product.end()


async def test_two_of_each_do_the_work_of_one(product: Product, another_s3: S3Server) -> None:
    month = str(this_month())
    async with AsyncExitStack() as stack:
        desk = await stack.enter_async_context(at_desk(product.gateway))
        second_packages, second_billing = [
            await stack.enter_async_context(at_desk(Gateway(server.url, product.gateway.token)))
            for server in seconds_of(product, "packages", "billing")
        ]
        term = await begin_term(desk, FAMILIES, random.Random(SEED))  # noqa: S311 - no secret
        sessions = await term.log_month(desk, this_month(), ordinary_sessions=2)
        await asyncio.gather(desk.approve_all(sessions), second_packages.approve_all(sessions[::-1]))
        cycles = await asyncio.gather(*(each.run(month, early=True) for each in (desk, second_billing)))
        assert cycles[0] == cycles[1]
        await desk.until_rendered(month)
        books = await assert_nothing_lost_or_doubled(desk)
        assert (len(books.approved), len(books.invoices)) == (len(sessions), FAMILIES)
    for way in (shared_s3(), another_s3):
        assert [asked for asked in way.asked if asked.method == "PUT" and bucket_of(product) in asked.path]


def seconds_of(product: Product, *names: str) -> list[ServerProcess]:
    return [server for name in names for server in product.servers if server.output.stem.startswith(f"{name}-")]


def bucket_of(product: Product) -> str:
    return urlsplit(product.servers[0].settings["NIVAA_FILES_URL"]).netloc
