"""The pages, served by a real product on loopback, in both states of the beta."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest
from playwright.async_api import Browser

from tests.web.browsing import CHROMIUM, open_browser
from tests.web.office import Office, Offices, open_office

Opening = Callable[..., AbstractAsyncContextManager[Office]]
"""`async with opening(NIVAA_FREEZE="none") as office:` - an organisation of this test's own."""


@pytest.fixture(scope="session")
def offices(tmp_path_factory: pytest.TempPathFactory) -> Offices:
    return Offices(tmp_path_factory.mktemp("offices"))


@pytest.fixture
def opening(offices: Offices, tmp_path: Path, request: pytest.FixtureRequest) -> Opening:
    # Here, where no event loop runs yet: an organisation lives through its months in one of its own.
    stage = "closed" if request.node.get_closest_marker("closed") else "taught"
    folder = tmp_path / "data"
    people = offices.copied(stage, folder)
    return lambda **overrides: open_office(folder, people, **overrides)


@pytest.fixture(params=["none", "parent,tutor,coordinator"], ids=["live", "frozen"])
def freeze(request: pytest.FixtureRequest) -> str:
    setting: str = request.param
    return setting


@pytest.fixture
async def office(opening: Opening, freeze: str) -> AsyncIterator[Office]:
    """In both states of the beta."""
    async with opening(NIVAA_FREEZE=freeze) as opened:
        yield opened


@pytest.fixture
async def live_office(opening: Opening) -> AsyncIterator[Office]:
    async with opening(NIVAA_FREEZE="none") as opened:
        yield opened


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("there is no chromium: `setup/browser.sh` says how it is had")
    async with open_browser() as opened:
        yield opened
