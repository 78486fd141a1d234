"""A coordinator's office: packages and billing of the product, hosted together on databases of their own."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import uuid4

import msgspec

from services.billing.component import COMPONENT as BILLING
from services.packages.component import COMPONENT as PACKAGES
from services.packages.settings import PackagesSettings
from services.packages.use_cases.expire_packages import expire_packages
from services.packages.work import PackagesWork
from shared.contracts.billing import CycleClosed, Statement
from shared.database.database import Database
from shared.messaging.envelope import Event
from shared.messaging.outbox import Outbox, Relay
from shared.runtime.host import open_host
from shared.runtime.settings import load_settings
from tests.asking import Asker
from tests.still_clock import StillClock

Node = dict[str, Any]

LOTS = """
    id totalSessions usedSessions expiredSessions remaining status expiresOn
    movements(first: 100) { nodes { kind sessions session { id } } }
"""
STATE = f"""{{
  parents(first: 100) {{ nodes {{
    id remaining totalSessions lowPackageAlert {{ id }} sessionPackages(first: 100) {{ nodes {{ {LOTS} }} }} }} }}
  sessions(first: 100) {{ nodes {{ id startsAt status coverage price {{ amount }} sessionPackage {{ id }} }} }}
  lowPackageAlerts(first: 100) {{ nodes {{ parent {{ id }} remaining totalSessions status }} }}
  packagesReconciliation {{ agrees packages sold used remaining expired sessionsCovered }}
}}"""
APPROVE = "mutation ($ids: [ID!]!) { approveSessions(ids: $ids) { outcomes { id code } } }"
REJECT = 'mutation ($id: ID!) { rejectSession(id: $id, reason: "no show") { session { id } } }'
REVERSE = """
mutation ($id: ID!, $key: String) {
  reverseSession(id: $id, reason: "the tutor was ill", idempotencyKey: $key) { session { id } }
}"""
CYCLE = "sessionsCounted statementsCount payoutsCount invoicedTotal { amount } payoutTotal { amount } sha256"
RUN = f"""
mutation ($month: Month!, $early: Boolean!) {{
  runMonthlyCycle(input: {{ month: $month, early: $early }}) {{ billingCycle {{ {CYCLE} }} }}
}}"""
PREVIEW = f"""
query ($month: Month!) {{
  previewCycle(month: $month) {{ {CYCLE} blockers {{ tutor {{ id }} sessions }} }}
}}"""
VERIFY = "mutation ($month: Month!) { verifyCycle(month: $month) { matches sha256 } }"
PAYOUTS = """
query ($month: Month!) { payouts(filter: { month: $month }, first: 100) { nodes {
  tutor { id } sessionsCompleted addonSessions ratePerSession { amount } grossAmount { amount } netAmount { amount }
  lines { kind session { id } date amount { amount } } deductions { date amount { amount } }
} } }"""

RECONCILIATION = """
query ($month: Month!) { billingReconciliation(month: $month) {
  agrees charges invoicedCharges openCharges charged { amount } invoiced { amount } open { amount } total { amount }
} }"""
EXPLAIN = """
query ($sessions: [_Any!]!) { _entities(representations: $sessions) { ... on Session {
  id explain { charge { state } pay { state } }
} } }"""


@dataclass
class Office:
    asker: Asker
    clock: StillClock
    work: PackagesWork
    settings: Mapping[str, object]
    clicks: int = 1
    """How often each request that takes an idempotency key is sent."""
    closed: list[CycleClosed] = field(default_factory=list)

    async def create(self, service: str, mutation: str, made: str, **fields: Any) -> str:
        """Runs a mutation with one input object; gives the id of what it made or changed."""
        kind = mutation[0].upper() + mutation[1:]
        query = f"mutation ($input: {kind}Input!) {{ {mutation}(input: $input) {{ {made} {{ id }} }} }}"
        id_: str = (await self.asker.ask(service, query, input=fields))[mutation][made]["id"]
        return id_

    async def create_once(self, service: str, mutation: str, made: str, **fields: Any) -> str:
        """The same, however often somebody clicks."""
        key = uuid4().hex
        ids = [await self.create(service, mutation, made, idempotencyKey=key, **fields) for _ in range(self.clicks)]
        assert len(set(ids)) == 1, f"{mutation} was done {len(set(ids))} times"
        return ids[0]

    async def parent(self, name: str) -> str:
        return await self.create("packages", "createParent", "parent", name=name)

    async def child(self, parent: str, name: str) -> str:
        return await self.create("packages", "createChild", "child", parentId=parent, name=name)

    async def tutor(self, name: str) -> str:
        return await self.create("packages", "createTutor", "tutor", name=name)

    async def sell(self, parent: str, size: int, price: int | None, **fields: Any) -> str:
        """Without a price it is goodwill."""
        paid = {"goodwill": True} if price is None else {"pricePerSession": _money(price)}
        sold = {"parentId": parent, "totalSessions": size, **paid}
        return await self.create_once("packages", "createPackage", "sessionPackage", **sold, **fields)

    async def offer(self, size: int, price: int, valid_days: int | None) -> str:
        """Valid for so many days, that of the sale among them."""
        listed = {"totalSessions": size, "pricePerSession": _money(price), "validityDays": valid_days}
        return await self.create_once("packages", "createPackageOffer", "packageOffer", **listed)

    async def sell_offer(self, offer: str, parent: str, **fields: Any) -> str:
        sold = {"parentId": parent, "offerId": offer}
        return await self.create_once("packages", "createPackage", "sessionPackage", **sold, **fields)

    async def extend(self, lot: str, last_day: date | None) -> None:
        extension = {"packageId": lot, "expiresOn": last_day, "reason": "they were away"}
        await self.create_once("packages", "extendPackage", "sessionPackage", **extension)

    async def reinstate(self, lot: str, last_day: date | None) -> None:
        given_back = {"packageId": lot, "expiresOn": last_day, "reason": "they are back"}
        await self.create_once("packages", "reinstatePackage", "sessionPackage", **given_back)

    async def log(self, child: str, tutor: str, starts_at: datetime, *, as_addon: bool, price: int | None) -> str:
        taught = {"childId": child, "tutorId": tutor, "startsAt": starts_at.isoformat(), "durationMinutes": 60}
        billed = {"billedAsAddon": as_addon, "addonPrice": None if price is None else _money(price)}
        return await self.create("packages", "logSession", "session", **taught, **billed)

    async def approve(self, *ids: str) -> dict[str, str | None]:
        """Each session's refusal, or None."""
        answer = await self.asker.ask("packages", APPROVE, ids=ids)
        return {outcome["id"]: outcome["code"] for outcome in answer["approveSessions"]["outcomes"]}

    async def reject(self, session: str) -> None:
        await self.asker.ask("packages", REJECT, id=session)

    async def reverse(self, session: str) -> None:
        key = uuid4().hex
        for _ in range(self.clicks):
            await self.asker.ask("packages", REVERSE, id=session, key=key)

    async def set_rate(self, tutor: str, rate: int, addon: int | None, valid_from: date) -> None:
        agreed = {"tutorId": tutor, "ratePerSession": _money(rate), "validFrom": valid_from}
        addon_rate = None if addon is None else _money(addon)
        await self.create_once("billing", "setTutorRate", "tutorRate", addonRate=addon_rate, **agreed)

    async def add_discount(self, parent: str, label: str, first_day: date, last_day: date | None, **size: Any) -> str:
        """Its size is `percent`, or `amount` in minor units."""
        if "amount" in size:
            size = {"amount": _money(size["amount"])}
        rule = {"parentId": parent, "label": label, "validFrom": first_day, "validUntil": last_day, **size}
        return await self.create_once("billing", "addDiscountRule", "discountRule", **rule)

    async def end_discount(self, rule: str, last_day: date) -> None:
        await self.create_once("billing", "endDiscountRule", "discountRule", id=rule, lastDay=last_day)

    async def deduct(self, tutor: str, month: str, amount: int) -> str:
        held = {"tutorId": tutor, "month": month, "amount": _money(amount), "label": "Materials"}
        return await self.create_once("billing", "addPayoutDeduction", "payoutDeduction", **held)

    async def pass_the_day(self) -> None:
        """The daily job, at once."""
        await expire_packages(self.work)

    async def state(self) -> Node:
        """What packages says of all its lots, sessions and alerts."""
        return await self.asker.ask("packages", STATE)

    async def preview(self, month: str) -> Node:
        """Of what the two services have told each other by now."""
        preview: Node = (await self.asker.ask("billing", PREVIEW, month=month))["previewCycle"]
        return preview

    async def run(self, month: str, *, early: bool = False) -> Node:
        answer = await self.asker.ask("billing", RUN, month=month, early=early)
        cycle: Node = answer["runMonthlyCycle"]["billingCycle"]
        return cycle

    async def verified(self, month: str) -> str:
        """The closed month's hash, which its rows still give."""
        found = (await self.asker.ask("billing", VERIFY, month=month))["verifyCycle"]
        assert found["matches"], f"{month} does not give its hash any more"
        sha256: str = found["sha256"]
        return sha256

    async def statements(self, month: str) -> list[Statement]:
        """As the closed cycle was told to invoicing."""
        await self.settled()
        parts = [part for part in self.closed if part.month == month]
        assert [part.part for part in parts] == [*range(1, parts[0].parts + 1)]
        return [statement for part in parts for statement in part.statements]

    async def payouts(self, month: str) -> list[Node]:
        nodes: list[Node] = (await self.asker.ask("billing", PAYOUTS, month=month))["payouts"]["nodes"]
        return nodes

    async def reconciliation(self, month: str) -> Node:
        found: Node = (await self.asker.ask("billing", RECONCILIATION, month=month))["billingReconciliation"]
        return found

    async def explained(self) -> dict[str, tuple[str, str]]:
        """How the charge and the pay of each session stand."""
        sessions = [
            {"__typename": "Session", "id": each["id"], "status": each["status"]}
            for each in (await self.state())["sessions"]["nodes"]
        ]
        found = (await self.asker.ask("billing", EXPLAIN, sessions=sessions))["_entities"]
        return {each["id"]: (each["explain"]["charge"]["state"], each["explain"]["pay"]["state"]) for each in found}

    async def settled(self) -> None:
        """Returns once each service has heard all that the other had to tell, also in answer to what it had heard."""
        each_twice = [*self.asker.host.databases.values()] * 2
        async with asyncio.timeout(60):
            while sum([await self._told(database) for database in each_twice]):
                await asyncio.sleep(0.001)

    async def hear(self, events: Sequence[Event]) -> None:
        self.closed += [msgspec.json.decode(event.body, type=CycleClosed) for event in events]

    async def _told(self, database: Database) -> int:
        """How many events were still staged."""
        await Relay(database, Outbox(), self.asker.host.broker).drain()
        return int(await database.value("SELECT count(*) FROM outbox"))


@asynccontextmanager
async def open_office(settings: Mapping[str, object], clock: StillClock) -> AsyncIterator[Office]:
    """Live money. Several may be open on the same databases, as several processes are."""
    live = {**settings, "NIVAA_FREEZE": "none"}
    async with open_host([PACKAGES, BILLING], env_files=(), clock=clock, overrides=live) as host:
        work = PackagesWork(
            database=host.databases["packages"],
            outbox=Outbox(),
            clock=clock,
            organisation=load_settings(PackagesSettings, (), live).organisation,
        )
        office = Office(Asker(host), clock, work, settings)
        await host.broker.subscribe("invoicing", [CycleClosed.TOPIC], office.hear)
        yield office


def _money(minor: int) -> dict[str, str]:
    return {"amount": str(Decimal(minor).scaleb(-2))}


def minor(money: Node) -> int:
    """Of a Money object that shows its amount."""
    return int(Decimal(money["amount"]).scaleb(2))


def percent_text(percent: Fraction) -> str:
    """For two decimals at most."""
    return str(Decimal(percent.numerator) / Decimal(percent.denominator))
