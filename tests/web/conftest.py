"""The pages, served by a real product on loopback, in both states of the beta."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser

from tests.conftest import SettingsOf
from tests.web.browsing import CHROMIUM, open_browser
from tests.web.office import Office, open_office


@pytest.fixture
def database_kind() -> str:
    """The pages ask the graph and nothing else: one kind is all there is to see."""
    return "sqlite"


@pytest.fixture(params=["none", "parent,tutor,coordinator"], ids=["live", "frozen"])
def freeze(request: pytest.FixtureRequest) -> str:
    setting: str = request.param
    return setting


@pytest.fixture
async def office(settings_of: SettingsOf, freeze: str) -> AsyncIterator[Office]:
    async with open_office(settings_of, NIVAA_FREEZE=freeze) as opened:
        yield opened


@pytest.fixture
async def live_office(settings_of: SettingsOf) -> AsyncIterator[Office]:
    async with open_office(settings_of, NIVAA_FREEZE="none") as opened:
        yield opened


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("there is no chromium: `setup/browser.sh` says how it is had")
    async with open_browser() as opened:
        yield opened
