"""Offices on empty databases, one after the other, as many as a test wants."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest

from tests.conftest import SettingsOf
from tests.oracle.office import Office, open_office
from tests.oracle.steps import Setting
from tests.still_clock import StillClock
from tests.templates import Templates

Offices = Callable[[Setting], AbstractAsyncContextManager[Office]]
"""Each is open inside its block; the next one finds nothing of it."""


@pytest.fixture
def offices(settings_of: SettingsOf, templates: Templates) -> Offices:
    @asynccontextmanager
    async def office_in(setting: Setting) -> AsyncIterator[Office]:
        made = settings_of(["packages", "billing"], NIVAA_TIMEZONE=setting.zone.key, **setting.decided)
        for service in ("packages", "billing"):
            templates.empty(service, str(made[f"{service.upper()}_DATABASE_URL"]))
        async with open_office(made, StillClock(setting.begins_at)) as office:
            yield office

    return office_in
