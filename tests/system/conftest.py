"""Every scenario runs once per form, on a product of its own."""

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Protocol

import pytest

from tests.system.distributed import Distributed
from tests.system.product import Embedded, Form, Product

FORMS: Mapping[str, Form] = {"embedded": Embedded(), "distributed": Distributed()}


class Running(Protocol):
    """`async with running(NIVAA_FREEZE="none") as product:` - started, and ended with the block.

    A second one in the same test goes on from the data that the first has left.
    """

    def __call__(self, **settings: str) -> AbstractAsyncContextManager[Product]: ...


@pytest.fixture(scope="session", params=FORMS)
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
