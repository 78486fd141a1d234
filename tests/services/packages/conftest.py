from collections.abc import AsyncIterator

import pytest_asyncio

from tests.conftest import Hosting
from tests.services.packages.desk import Desk, open_desk


@pytest_asyncio.fixture
async def desk(hosting: Hosting) -> AsyncIterator[Desk]:
    async with open_desk(hosting) as opened:
        yield opened
