"""Every scenario runs once per form, on a product of its own."""

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Protocol

import pytest

from tests.conformance.unkind import opening
from tests.system.distributed import Distributed
from tests.system.product import Embedded, Form, Product

SEED = 20261108
UNKIND = (["tests.conformance.unkind", str(SEED)], opening(SEED))

FORMS: Mapping[str, Form] = {
    "embedded": Embedded(),
    "distributed": Distributed(),
    "embedded, unkind": Embedded(*UNKIND),
    "distributed, unkind": Distributed(*UNKIND),
}
"""In the latter two the broker duplicates, reorders, delays and crashes, by the seed."""
TOO_LONG = "distributed, unkind"
"""For scenarios that start their processes again and again; tests/chaos kills processes under an unkind RabbitMQ."""


class Running(Protocol):
    """`async with running(NIVAA_FREEZE="none") as product:` - started, and ended with the block.

    A second one in the same test goes on from the data that the first has left.
    """

    def __call__(self, **settings: str) -> AbstractAsyncContextManager[Product]: ...


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "form" in metafunc.fixturenames:
        left_out = {TOO_LONG} if metafunc.definition.get_closest_marker("restarts") else set()
        metafunc.parametrize("form", [name for name in FORMS if name not in left_out], indirect=True, scope="session")


@pytest.fixture(scope="session")
def form(request: pytest.FixtureRequest) -> Iterator[Form]:
    form = FORMS[request.param]
    yield form
    form.clear_away()


@pytest.fixture
def running(form: Form, tmp_path: Path) -> Running:
    def run(**settings: str) -> AbstractAsyncContextManager[Product]:
        return started(form, tmp_path, settings)

    return run


@asynccontextmanager
async def started(form: Form, folder: Path, settings: Mapping[str, str]) -> AsyncIterator[Product]:
    product = form.lay_out(folder, settings)
    try:
        await product.start()
        yield product
    finally:
        product.end()
