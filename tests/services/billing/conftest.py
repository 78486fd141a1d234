"""A desk where the worked month lies ready, on both databases."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager

import pytest

from services.billing.component import COMPONENT
from shared.clock import TravellingClock
from shared.contracts.billing import CycleClosed
from shared.runtime.component import Component
from tests.asking import Asker
from tests.services.billing.desk import ClosedCycles, Desk
from tests.services.billing.packages_side import WorkedMonth, at, shuffled_twice, worked_month

Hosting = Callable[..., AbstractAsyncContextManager[Asker]]


@pytest.fixture
def clock() -> TravellingClock:
    clock = TravellingClock()
    clock.travel_to(at("2026-11-02 10:00"))
    return clock


@pytest.fixture
def month() -> WorkedMonth:
    return worked_month()


@pytest.fixture
def invoicing() -> ClosedCycles:
    return ClosedCycles()


@pytest.fixture
def components() -> list[Component]:
    return [COMPONENT]


@pytest.fixture
def desk_settings() -> dict[str, object]:
    """What a module wants otherwise: money is shown."""
    return {}


@pytest.fixture
async def desk(
    hosting: Hosting,
    components: list[Component],
    clock: TravellingClock,
    month: WorkedMonth,
    invoicing: ClosedCycles,
    desk_settings: dict[str, object],
) -> AsyncIterator[Desk]:
    """Everything of the worked month has arrived, twice and in a strange order; rates and discounts are agreed."""
    settings = {"NIVAA_FREEZE": "none", **desk_settings}
    async with hosting(components, clock=clock, **settings) as asker:
        desk = Desk(asker, month.packages)
        await desk.listen()
        await asker.host.broker.subscribe("invoicing", [CycleClosed.TOPIC], invoicing.take)
        await desk.hear(shuffled_twice(month.packages.facts()))
        await desk.agree(month)
        yield desk
