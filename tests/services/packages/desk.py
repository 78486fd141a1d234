"""A coordinator's desk: asks the packages subgraph, and hears what it tells the others."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import asyncpg
import msgspec

from services.packages.component import COMPONENT
from services.packages.settings import PackagesSettings
from services.packages.work import PackagesWork
from shared.auth.viewer import Viewer
from shared.clock import TravellingClock
from shared.contracts import Contract
from shared.contracts import packages as told_by_packages
from shared.messaging.envelope import Event
from shared.messaging.outbox import Outbox
from shared.runtime.settings import load_settings
from tests.asking import Asker
from tests.conftest import Hosting

KOLKATA = ZoneInfo("Asia/Kolkata")
FACTS: dict[str, type[Contract]] = {
    contract.TOPIC: contract
    for contract in vars(told_by_packages).values()
    if isinstance(contract, type) and issubclass(contract, Contract) and contract is not Contract
}
C = TypeVar("C", bound=Contract)
_WAITING = """
    SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
"""


def local(text: str) -> datetime:
    """An instant by the clock on the organisation's wall: "2026-10-02 10:00"."""
    return datetime.fromisoformat(text).replace(tzinfo=KOLKATA)


@dataclass
class Desk:
    asker: Asker
    clock: TravellingClock
    heard: list[Contract] = field(default_factory=list)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    async def ask(self, query: str, viewer: Viewer | None = None, **variables: Any) -> dict[str, Any]:
        return await self.asker.ask("packages", query, viewer, **variables)

    async def create(self, mutation: str, **fields: Any) -> str:
        """Runs a create mutation with one input object; gives the id of what it made."""
        kind = mutation[0].upper() + mutation[1:]
        shown = {"createPackage": "sessionPackage", "createPackageOffer": "packageOffer", "logSession": "session"}
        payload = shown.get(mutation, mutation.removeprefix("create").lower())
        query = f"mutation($input: {kind}Input!) {{ {mutation}(input: $input) {{ {payload} {{ id }} }} }}"
        id_: str = (await self.ask(query, input=fields))[mutation][payload]["id"]
        return id_

    async def sell(self, parent_id: str, sessions: int, price: str, **fields: Any) -> str:
        sold = {"totalSessions": sessions, "pricePerSession": {"amount": price}}
        return await self.create("createPackage", parentId=parent_id, **sold, **fields)

    async def log(self, child_id: str, tutor_id: str, starts_at: datetime, **fields: Any) -> str:
        taught = {"startsAt": starts_at.isoformat(), "durationMinutes": 60}
        return await self.create("logSession", childId=child_id, tutorId=tutor_id, **taught, **fields)

    async def approve(self, session_id: str) -> dict[str, Any]:
        query = """
            mutation($id: ID!) { approveSession(id: $id) {
                session { id status coverage billingMonth price { amount } }
                sessionPackage { id usedSessions remaining status }
                lowPackageAlert { id remaining totalSessions status } } }
        """
        answer: dict[str, Any] = (await self.ask(query, id=session_id))["approveSession"]
        return answer

    async def teach(self, child_id: str, tutor_id: str, starts_at: datetime, **fields: Any) -> dict[str, Any]:
        """Logs a session and approves it an hour after its start."""
        session_id = await self.log(child_id, tutor_id, starts_at, **fields)
        self.clock.travel_to(starts_at + timedelta(hours=1))
        return await self.approve(session_id)

    async def reverse(self, session_id: str, reason: str = "the tutor was ill") -> dict[str, Any]:
        query = (
            "mutation($id: ID!, $reason: String!) { reverseSession(id: $id, reason: $reason) { session { status } } }"
        )
        answer: dict[str, Any] = (await self.ask(query, id=session_id, reason=reason))["reverseSession"]
        return answer

    async def package(self, package_id: str) -> dict[str, Any]:
        query = """
            query($id: ID!) { sessionPackage(id: $id) {
                totalSessions usedSessions expiredSessions remaining status expiresOn
                movements(first: 100) { nodes { kind sessions } } } }
        """
        answer: dict[str, Any] = (await self.ask(query, id=package_id))["sessionPackage"]
        return answer

    async def told(self, kind: type[C], count: int) -> list[C]:
        """The facts of one kind that the others have heard, once there are that many."""
        async with asyncio.timeout(30):
            while len(found := [fact for fact in self.heard if isinstance(fact, kind)]) < count:
                self.news.clear()
                await self.news.wait()
        assert len(found) == count
        return found

    def work(self) -> PackagesWork:
        """What a use case takes, on the same database; for what no mutation does."""
        return PackagesWork(
            database=self.asker.host.databases["packages"],
            outbox=Outbox(),
            clock=self.clock,
            organisation=load_settings(PackagesSettings, ()).organisation,
        )

    def approve_meanwhile(self, session_id: str) -> tuple[asyncio.Event, asyncio.Task[dict[str, Any]]]:
        """An approval that begins when the event is set, by a task that was born outside of any transaction."""
        begin = asyncio.Event()

        async def approve() -> dict[str, Any]:
            await begin.wait()
            return await self.approve(session_id)

        return begin, asyncio.create_task(approve())

    async def until_somebody_waits(self) -> None:
        """For a row that an open transaction holds. On SQLite whoever comes waits for the whole file anyway."""
        database = self.asker.host.databases["packages"]
        if database.dialect == "postgres":
            observer = await asyncpg.connect(database.config.url)
            async with asyncio.timeout(20):
                while not await observer.fetchval(_WAITING):
                    await asyncio.sleep(0.01)
            await observer.close()

    async def listen(self, events: Sequence[Event]) -> None:
        self.heard += [msgspec.json.decode(event.body, type=FACTS[event.topic]) for event in events]
        self.news.set()


@asynccontextmanager
async def open_desk(hosting: Hosting, **settings: object) -> AsyncIterator[Desk]:
    """Live money, and the clock at 2026-09-20 09:00 in Kolkata."""
    clock = TravellingClock()
    clock.travel_to(local("2026-09-20 09:00"))
    async with hosting([COMPONENT], clock=clock, **({"NIVAA_FREEZE": "none"} | settings)) as asker:
        desk = Desk(asker, clock)
        await asker.host.broker.subscribe("listener", FACTS, desk.listen)
        yield desk


@dataclass
class Family:
    """Asha with Ira and Dev, and their tutors."""

    asha: str
    ira: str
    dev: str
    meena: str
    omar: str


async def move_in(desk: Desk) -> Family:
    asha = await desk.create("createParent", name="Asha Rao", email="asha@example.org")
    return Family(
        asha=asha,
        ira=await desk.create("createChild", parentId=asha, name="Ira"),
        dev=await desk.create("createChild", parentId=asha, name="Dev"),
        meena=await desk.create("createTutor", name="Meena"),
        omar=await desk.create("createTutor", name="Omar"),
    )
