"""A small organisation in the first days of November: October is taught and wants closing."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import aiohttp

from nivaa.tokens import mint
from services.embedded import COMPONENTS
from shared.auth.viewer import Role, Viewer
from shared.clock import TravellingClock
from shared.runtime.host import open_host
from shared.runtime.serving import serving
from shared.runtime.settings import Settings, load_settings
from tests.conftest import SettingsOf
from tests.system.desk import Desk
from tests.system.product import Gateway

OCTOBER = datetime(2026, 10, 1, 6, tzinfo=UTC)
TODAY = datetime(2026, 11, 3, 6, tzinfo=UTC)
ASHA, DEVI, SARA = "Asha Rao", "<b onclick=alert(1)>देवी & சிவா</b>", "سارة أحمد"
MEENA, VIVEK = "Meena Iyer", "विवेक मिश्रा"
PRICE = "500"


@dataclass(frozen=True)
class Office:
    """`devi` has used all of five sessions; four of `asha`'s are to be approved."""

    url: str
    desk: Desk
    clock: TravellingClock
    asha: str
    ira: str
    devi: str
    meena: str
    logged: list[str]

    async def teach(self, *, days: int = 9) -> str:
        return await self.desk.log(self.ira, self.meena, OCTOBER + timedelta(days=days, hours=6))

    async def close_october(self) -> None:
        await self.desk.approve_all(self.logged)
        await self.desk.run("2026-10")
        await self.desk.until_rendered("2026-10")


@asynccontextmanager
async def open_office(settings_of: SettingsOf, **overrides: object) -> AsyncIterator[Office]:
    clock = TravellingClock()
    clock.travel_to(OCTOBER)
    settings = settings_of(["packages", "billing", "invoicing", "bot"], **overrides)
    local = load_settings(Settings, (), settings)
    async with (
        open_host(COMPONENTS, env_files=(), clock=clock, overrides=settings) as host,
        serving(host, port=0) as port,
        aiohttp.ClientSession() as http,
    ):
        url = f"http://127.0.0.1:{port}"
        desk = Desk(Gateway(url, lambda viewer: mint(local, viewer)), http, Viewer("coordinator", Role.COORDINATOR))
        yield await _furnished(url, desk, clock)


async def _furnished(url: str, desk: Desk, clock: TravellingClock) -> Office:
    meena, vivek = [await desk.make("createTutor", name=name) for name in (MEENA, VIVEK)]
    for tutor in (meena, vivek):
        await desk.set_rate(tutor, "300", "2026-01-01", addon="350")
    asha, devi, sara = [
        await desk.make("createParent", name=name, phone="+915550000001") for name in (ASHA, DEVI, SARA)
    ]
    ira, dev, child = [
        await desk.make("createChild", parentId=parent, name=name)
        for parent, name in ((asha, "Ira"), (asha, "Dev"), (devi, "தமிழ்"))
    ]
    await desk.sell(asha, 10, PRICE, expiresOn="2026-11-20")
    await desk.sell(asha, 6, PRICE, childId=ira)
    await desk.sell(sara, 8, PRICE)
    await desk.sell(devi, 5, PRICE)
    offer = {"name": "Ten sessions", "totalSessions": 10, "pricePerSession": {"amount": PRICE}, "validityDays": 90}
    await desk.make("createPackageOffer", **offer)
    used = [await desk.log(child, vivek, OCTOBER + timedelta(days=day)) for day in range(5)]
    await desk.approve_all(used)
    logged = [await desk.log(ira, meena, OCTOBER + timedelta(days=day, hours=4)) for day in range(3)]
    logged.append(await desk.log(dev, meena, OCTOBER + timedelta(days=4, hours=4), billedAsAddon=True))
    clock.travel_to(TODAY)
    return Office(url, desk, clock, asha, ira, devi, meena, logged)
