"""The ledger is the truth of a lot: what a lot says of itself is what its movements add up to, whatever happened."""

from datetime import date, timedelta
from random import Random
from typing import Any

from services.packages.domain.ledger import Balance, MovementKind, balance_of
from services.packages.use_cases.expire_packages import expire_packages
from tests.services.packages.desk import KOLKATA, Desk, Family, local, move_in

SEED = 20260920
DAYS = 60
EXTEND = """mutation($id: ID!, $on: Date) { extendPackage(input: {packageId: $id, expiresOn: $on, reason: "away"}) {
    sessionPackage { id } } }"""
REINSTATE = """mutation($id: ID!) { reinstatePackage(input: {packageId: $id, reason: "closed"}) {
    sessionPackage { id } } }"""
LOTS = """{ sessionPackages(first: 100) { nodes {
    totalSessions usedSessions expiredSessions remaining status expiresOn goodwill
    movements(first: 100) { nodes { kind sessions reason movedBy session { id sessionPackage { id } } } } id } } }"""


class Story:
    """Two months of a family: something is bought, taught, taken back, extended or expires on most days."""

    def __init__(self, desk: Desk, family: Family) -> None:
        self.chance = Random(SEED)  # noqa: S311 - chance that can be repeated is the point
        self._desk = desk
        self._family = family
        self._approved: list[str] = []

    async def live(self) -> None:
        await self._buy()
        for day in range(DAYS):
            self._desk.clock.travel_to(local("2026-09-21 20:00") + timedelta(days=day))
            await expire_packages(self._desk.work())
            await self.chance.choices([self._buy, self._teach, self._take_back, self._extend], [4, 6, 3, 2])[0]()

    def _today(self) -> date:
        return self._desk.clock.now().astimezone(KOLKATA).date()

    async def _buy(self) -> None:
        expires_on = self.chance.choice([None, str(self._today() + timedelta(days=self.chance.randint(0, 5)))])
        child = self.chance.choice([None, self._family.ira, self._family.dev])
        await self._desk.sell(self._family.asha, self.chance.randint(1, 6), "500", expiresOn=expires_on, childId=child)

    async def _teach(self) -> None:
        for _ in range(self.chance.randint(1, 2)):
            child = self.chance.choice([self._family.ira, self._family.dev])
            start = self._desk.clock.now() - timedelta(days=self.chance.randint(0, 8))
            session = await self._desk.log(child, self._family.meena, start)
            self._approved.append((await self._desk.approve(session))["session"]["id"])

    async def _take_back(self) -> None:
        if self._approved:
            await self._desk.reverse(self._approved.pop(self.chance.randrange(len(self._approved))))

    async def _extend(self) -> None:
        """What expired first lives again."""
        for lot in reversed(await lots_of(self._desk)):
            if not lot["expiredSessions"]:
                continue
            if date.fromisoformat(lot["expiresOn"]) < self._today():
                await self._desk.ask(EXTEND, id=lot["id"], on=str(self._today() + timedelta(days=3)))
            else:  # a session came back to it meanwhile
                await self._desk.ask(REINSTATE, id=lot["id"])
            return


async def lots_of(desk: Desk) -> list[dict[str, Any]]:
    nodes: list[dict[str, Any]] = (await desk.ask(LOTS))["sessionPackages"]["nodes"]
    return nodes


def status_of(total: int, used: int, remaining: int, expires_on: str | None, today: date) -> str:
    if used == total:
        return "EXHAUSTED"
    has_passed = expires_on is not None and date.fromisoformat(expires_on) < today
    return "EXPIRED" if has_passed or remaining == 0 else "ACTIVE"


async def test_used_remaining_and_status_are_what_the_movements_say(desk: Desk) -> None:
    family = await move_in(desk)
    story = Story(desk, family)
    await story.live()
    kinds: set[str] = set()
    lots = await lots_of(desk)
    for lot in lots:
        movements = lot["movements"]["nodes"]
        kinds |= {movement["kind"] for movement in movements}
        balance = balance_of((MovementKind(movement["kind"]), movement["sessions"]) for movement in movements)
        said = (lot["totalSessions"], lot["usedSessions"], lot["expiredSessions"], lot["remaining"])
        assert said == (*counted(balance), sum(movement["sessions"] for movement in movements))
        today = desk.clock.now().astimezone(KOLKATA).date()
        assert lot["status"] == status_of(said[0], said[1], said[3], lot["expiresOn"], today)
        assert movements[0]["kind"] == "PURCHASED"
        taken = [m["session"]["sessionPackage"]["id"] for m in movements if m["session"] is not None]
        assert set(taken) <= {lot["id"]}
    assert kinds == set(MovementKind)
    assert {lot["status"] for lot in lots} == {"ACTIVE", "EXHAUSTED", "EXPIRED"}


def counted(balance: Balance) -> tuple[int, int, int]:
    return balance.total_sessions, balance.used_sessions, balance.expired_sessions
