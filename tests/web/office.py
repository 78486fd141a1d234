"""A small organisation in the first days of November: October is taught, and closed if that is wanted."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path

import aiohttp

from nivaa.tokens import mint
from services.embedded import COMPONENTS
from shared.auth.viewer import Role, Viewer
from shared.clock import TravellingClock
from shared.runtime.host import open_host
from shared.runtime.serving import serving
from shared.runtime.settings import Settings, load_settings
from tests.system.desk import Desk
from tests.system.product import Gateway

OCTOBER = datetime(2026, 10, 1, 6, tzinfo=UTC)
TODAY = datetime(2026, 11, 3, 6, tzinfo=UTC)
ASHA, DEVI, SARA = "Asha Rao", "<b onclick=alert(1)>देवी & சிவா</b>", "سارة أحمد"
MEENA, VIVEK = "Meena Iyer", "विवेक मिश्रा"
PRICE = "500"


@dataclass(frozen=True)
class People:
    """`devi` has used all of five sessions; four of `asha`'s, `logged`, are to be approved."""

    asha: str
    ira: str
    devi: str
    meena: str
    logged: list[str]


@dataclass(frozen=True)
class Office:
    url: str
    desk: Desk
    people: People

    async def teach(self, *, days: int) -> str:
        return await self.desk.log(self.people.ira, self.people.meena, OCTOBER + timedelta(days=days, hours=6))


class Offices:
    """Data folders of an organisation, lived through once and then copied for each test."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @cached_property
    def taught(self) -> People:
        """In the folder of that name."""
        return asyncio.run(_furnished(self._folder / "taught"))

    @cached_property
    def closed(self) -> People:
        people = self.taught
        shutil.copytree(self._folder / "taught", self._folder / "closed")
        asyncio.run(_close_october(self._folder / "closed", people))
        return people

    def copied(self, stage: str, to: Path) -> People:
        people: People = getattr(self, stage)
        shutil.copytree(self._folder / stage, to)
        return people


@asynccontextmanager
async def open_office(folder: Path, people: People, **overrides: object) -> AsyncIterator[Office]:
    clock = TravellingClock()
    clock.travel_to(TODAY)
    async with _served(folder, clock, overrides) as (url, desk):
        yield Office(url, desk, people)


@asynccontextmanager
async def _served(
    folder: Path, clock: TravellingClock, overrides: dict[str, object]
) -> AsyncIterator[tuple[str, Desk]]:
    settings = {"NIVAA_DATA_DIR": folder, **overrides}
    local = load_settings(Settings, (), settings)
    async with (
        open_host(COMPONENTS, env_files=(), clock=clock, overrides=settings) as host,
        serving(host, port=0) as port,
        aiohttp.ClientSession() as http,
    ):
        url = f"http://127.0.0.1:{port}"
        yield url, Desk(Gateway(url, lambda viewer: mint(local, viewer)), http, Viewer("coordinator", Role.COORDINATOR))


async def _close_october(folder: Path, people: People) -> None:
    async with open_office(folder, people) as office:
        await office.desk.approve_all(people.logged)
        await office.desk.run("2026-10")
        await office.desk.until_rendered("2026-10")


async def _furnished(folder: Path) -> People:
    clock = TravellingClock()
    clock.travel_to(OCTOBER)
    async with _served(folder, clock, {}) as (_, desk):
        return await _settle(desk)


async def _settle(desk: Desk) -> People:
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
    return People(asha, ira, devi, meena, logged)
