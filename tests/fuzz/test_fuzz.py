"""Whatever a client may think of asking: no service fails, and no fault of ours hides behind INTERNAL.

Five processes on PostgreSQL, RabbitMQ and a bucket, with families of the demo; asked through the gateway, and each
service by itself. A build asks a few operations of each schema, always the same; `make fuzz` thousands, other ones each
time. Both can be had again: FUZZ_EXAMPLES and FUZZ_SEED.
"""

import asyncio
import os
import random
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import aiohttp
import pytest

from nivaa.demo.journal import Journal, Origin
from nivaa.demo.load import DemoLoad
from nivaa.demo.organisation import SEED, organisation_of
from nivaa.gateway import Gateway
from services.embedded import COMPONENTS
from shared.auth.viewer import MONEY_READ, Role, Viewer
from shared.clock import TravellingClock
from shared.period import local_date
from shared.runtime.peers import HttpPeer
from shared.runtime.settings import Settings, load_settings
from tests.few_families import few_families
from tests.fuzz.fuzzing import Service, fuzz, know_values
from tests.system.distributed import Distributed
from tests.system.product import Product

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "12"))
CHANCE = int(os.environ.get("FUZZ_SEED", "1"))
FAMILIES = 1
SERVICES = [component.name for component in COMPONENTS]
COORDINATOR = Viewer(str(UUID(int=7)), Role.COORDINATOR, frozenset({MONEY_READ}))
ENTITIES = ["Parent", "Child", "Tutor", "Session", "SessionPackage", "BillingCycle", "Payout", "Invoice"]
ENTITIES += ["LowPackageAlert", "Statement", "Viewer", "Nobody"]
KNOWN = """{ parents { nodes { id } } tutors { nodes { id } } sessions(first: 5) { nodes { id child { id } } }
  sessionPackages { nodes { id } } packageOffers { id } invoices { nodes { id } } payouts { nodes { id } } }"""
SETTINGS = {"GATEWAY_REQUESTS_PER_MINUTE": "0", "NIVAA_FREEZE": "none"}


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    form, folder = Distributed(), tmp_path_factory.mktemp("fuzz")
    asyncio.run(_live(form, folder))
    product = form.lay_out(folder, SETTINGS)
    try:
        asyncio.run(product.start())
        know_values(asyncio.run(_known_ids(product)), ENTITIES)
        yield product
    finally:
        product.end()
        form.clear_away()


async def _live(form: Distributed, folder: Path) -> None:
    """Some families' months, up to yesterday, and last month's cycle."""
    clock, zone = TravellingClock(), load_settings(Settings, ()).zone
    origin = Origin.of(SEED, local_date(clock.now(), zone), zone)
    with Journal(folder / "journal", origin) as journal:
        load = DemoLoad(few_families(organisation_of(origin), FAMILIES), journal, clock)
        async with form.host(folder, clock, SETTINGS) as reached, aiohttp.ClientSession() as session:
            gateway = Gateway(HttpPeer(reached.url, session), reached.token(COORDINATOR))
            await load.live_through(gateway, lambda _: None)
            await load.close_last_month(gateway)


async def _known_ids(product: Product) -> list[str]:
    token = product.gateway.token(COORDINATOR)
    async with aiohttp.ClientSession() as session:
        data = await Gateway(HttpPeer(product.gateway.url, session), token).ask(KNOWN)
    return sorted(_ids(data))


def _ids(data: object) -> Iterator[str]:
    match data:
        case {"id": str(id_), **rest}:
            yield id_
            yield from _ids(rest)
        case dict():
            for value in data.values():
                yield from _ids(value)
        case list():
            for value in data:
                yield from _ids(value)


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("name", SERVICES)
def test_no_operation_makes_a_service_fail(product: Product, name: str) -> None:
    [server] = [server for server in product.servers if server.output.stem == name]
    chance = CHANCE or random.SystemRandom().randrange(1, 2**32)
    print(f"FUZZ_SEED={chance}")
    findings = fuzz(Service(server.url, product.gateway.token(COORDINATOR)), EXAMPLES, chance)
    print(f"{name}: {findings.operations} operations, {findings.answered} with data")
    assert not findings.faults, f"FUZZ_SEED={chance}, {len(findings.faults)} faults\n" + "\n\n".join(
        findings.faults[:5]
    )
    assert findings.operations  # a small schema has fewer operations than were asked for
    assert not server.has_ended
