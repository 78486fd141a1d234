"""Every scenario runs once per form, on a product of its own."""

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Protocol

import pytest
from _pytest.mark.structures import ParameterSet

from tests.conformance.unkind import opening
from tests.system.behind_hive import BehindHive, is_available
from tests.system.distributed import Distributed
from tests.system.product import Embedded, Form, Product

SEED = 20261108
UNKIND = (["tests.conformance.unkind", str(SEED)], opening(SEED))

BEHIND_HIVE = "distributed, behind Hive"
FORMS: Mapping[str, Form] = {
    "embedded": Embedded(),
    "distributed": Distributed(),
    "embedded, unkind": Embedded(*UNKIND),
    "distributed, unkind": Distributed(*UNKIND),
    BEHIND_HIVE: BehindHive(),
}
"""In the latter two the broker duplicates, reorders, delays and crashes, by the seed."""
TOO_LONG = "distributed, unkind"
"""For scenarios that start their processes again and again; tests/chaos kills processes under an unkind RabbitMQ."""

UNKIND_FORMS = {"embedded, unkind", "distributed, unkind"}
"""A build has restarts within one process only, and the unkind broker in tests/chaos; `make nightly` has it all."""


class Running(Protocol):
    """`async with running(NIVAA_FREEZE="none") as product:` - started, and ended with the block.

    A second one in the same test goes on from the data that the first has left.
    """

    def __call__(self, **settings: str) -> AbstractAsyncContextManager[Product]: ...


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "form" in metafunc.fixturenames:
        restarts = metafunc.definition.get_closest_marker("restarts") is not None
        forms = [_form(name, restarts=restarts) for name in FORMS if not (restarts and name == TOO_LONG)]
        metafunc.parametrize("form", forms, indirect=True, scope="session")


def _form(name: str, *, restarts: bool) -> ParameterSet:
    """Another gateway than ours is not for every day: `make hive`."""
    if name != BEHIND_HIVE:
        rare = name in UNKIND_FORMS or (restarts and name != "embedded")
        return pytest.param(name, marks=[pytest.mark.thorough] if rare else [])
    absent = pytest.mark.skipif(not is_available(), reason="node and bench/node_gateways's packages")
    return pytest.param(name, marks=[pytest.mark.hive, absent])


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
