from collections.abc import AsyncIterator

import pytest

from services.gateway.component import COMPONENT
from tests.asking import Asker
from tests.conftest import Hosting


@pytest.fixture
def database_kind() -> str:
    """The gateway has no tables: one kind is all there is to see."""
    return "sqlite"


@pytest.fixture
async def gateway(hosting: Hosting) -> AsyncIterator[Asker]:
    """The gateway alone: no other service is at home."""
    async with hosting([COMPONENT]) as asker:
        yield asker
