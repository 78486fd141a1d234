"""The bot with every service there is: an organisation with a closed October and the first days of November, made
through the gateway by a coordinator."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from nivaa.talking import TerminalChats
from services.billing.component import COMPONENT as BILLING
from services.bot.asking import Gateway
from services.bot.catalogues import read_catalogues
from services.bot.component import COMPONENT as BOT
from services.bot.dialogue import Dialogue
from services.bot.domain.languages import Language
from services.bot.reads import LinkedPerson
from services.gateway.component import COMPONENT as GATEWAY
from services.invoicing.component import COMPONENT as INVOICING
from services.packages.component import COMPONENT as PACKAGES
from shared.auth.viewer import Role, Viewer
from shared.clock import TravellingClock
from shared.ids import new_id
from shared.runtime.peers import InProcessPeer
from tests.asking import Asker
from tests.bot_api.server import TOKEN, BotApi
from tests.conftest import Hosting
from tests.eventually import eventually
from tests.services.bot.conftest import INVITE, said

EVERYTHING = [PACKAGES, BILLING, INVOICING, BOT, GATEWAY]
OCTOBER = datetime(2026, 10, 5, 10, tzinfo=UTC)
NOVEMBER = datetime(2026, 11, 4, 10, tzinfo=UTC)

APPROVE = "mutation ($id: ID!) { approveSession(id: $id) { session { status } } }"
RUN = 'mutation { runMonthlyCycle(input: {month: "2026-10"}) { billingCycle { status } } }'
PAYOUTS = 'query { payouts(filter: {month: "2026-10"}, first: 10) { nodes { id } } }'
INVOICES = 'query { invoices(filter: {month: "2026-10"}, first: 10) { totalCount } }'
PAY = """
mutation ($ids: [ID!]!) {
  markPayoutsProcessed(ids: $ids) { payouts { id } }
  markPayoutsPaid(input: {ids: $ids, reference: "UTR <42> & Co"}) { payouts { id } }
}"""
PERSON = """
INSERT INTO person (id, kind, name, name_folded, content_sha256, version, created_at)
VALUES ($1, 'PARENT', $2, $3, $4, 1, $5)"""
ALERT = """
INSERT INTO low_package_alert (id, parent_id, remaining, total_sessions, raised_at) VALUES ($1, $2, 1, 10, $3)"""
HEARD = "query ($id: ID!) { tutor(id: $id) { currentPay { sessionsCompleted } } }"
_MADE = {
    "recordPayment": "payment",
    "createPackage": "sessionPackage",
    "logSession": "session",
    "addPayoutDeduction": "payoutDeduction",
}


@dataclass
class Office:
    asker: Asker
    clock: TravellingClock
    people: dict[str, Viewer] = field(default_factory=dict)

    async def make(self, mutation: str, **fields: Any) -> str:
        """Runs a mutation that takes one input object; gives the id of what it made."""
        shown = _MADE.get(mutation, mutation.removeprefix("create").removeprefix("set"))
        shown = shown[0].lower() + shown[1:]
        kind = mutation[0].upper() + mutation[1:]
        query = f"mutation($input: {kind}Input!) {{ {mutation}(input: $input) {{ {shown} {{ id }} }} }}"
        return str((await self.asker.ask("gateway", query, input=fields))[mutation][shown]["id"])

    async def tutor(self, name: str) -> str:
        tutor = await self.make("createTutor", name=name)
        self.people["tutor"] = Viewer(tutor, Role.TUTOR)
        rates = {"ratePerSession": {"amount": "300"}, "addonRate": {"amount": "350"}, "validFrom": "2020-01-01"}
        await self.make("setTutorRate", tutorId=tutor, **rates)
        return tutor

    async def parent(self, name: str, *children: str) -> tuple[str, ...]:
        """The ids of the parent and of the children."""
        parent = await self.make("createParent", name=name)
        return parent, *[await self.make("createChild", parentId=parent, name=child) for child in children]

    async def sell(self, parent: str, sessions: int, price: str, **fields: Any) -> None:
        priced = {"totalSessions": sessions, "pricePerSession": {"amount": price}}
        await self.make("createPackage", parentId=parent, **priced, **fields)

    async def teach(self, child: str, tutor: str, times: int = 1, **fields: Any) -> None:
        """So many sessions before now, approved."""
        for hours in range(times, 0, -1):
            starts_at = (self.clock.now() - timedelta(hours=2 * hours)).isoformat()
            taught = {"childId": child, "tutorId": tutor, "startsAt": starts_at, "durationMinutes": 60}
            await self.asker.ask("gateway", APPROVE, id=await self.make("logSession", **taught, **fields))

    async def heard_of(self, tutor: str, sessions: int) -> None:
        """Billing hears of approvals a moment after they are answered."""

        async def has_heard() -> bool:
            pay = (await self.asker.ask("gateway", HEARD, id=tutor))["tutor"]["currentPay"]
            return int(pay["sessionsCompleted"]) == sessions

        await eventually(has_heard)


async def open_for_business(office: Office) -> None:
    """Names as awkward as people's can be."""
    office.clock.travel_to(OCTOBER)
    meena = await office.tutor("Meena Iyer")
    asha, ira, dev = await office.parent("Asha <Rao> & *Co*", "Ira <3 & Dev_", "Dev")
    office.people["parent"] = Viewer(asha, Role.PARENT)
    await office.sell(asha, 5, "500")
    await office.sell(asha, 20, "450", childId=ira, expiresOn="2026-12-31")
    await office.teach(dev, meena, 5)
    await office.teach(ira, meena, 1)
    await office.teach(ira, meena, 1, billedAsAddon=True)
    deduction = {"month": "2026-10", "amount": {"amount": "100"}, "label": "Books <A & B>"}
    await office.make("addPayoutDeduction", tutorId=meena, **deduction)

    office.clock.travel_to(NOVEMBER)
    await _close_october(office)
    await office.teach(ira, meena, 2)
    await office.heard_of(meena, 2)


async def _close_october(office: Office) -> None:
    await office.asker.ask("gateway", RUN)
    payouts = (await office.asker.ask("gateway", PAYOUTS))["payouts"]["nodes"]
    await office.asker.ask("gateway", PAY, ids=[payout["id"] for payout in payouts])

    async def are_issued() -> bool:
        return bool((await office.asker.ask("gateway", INVOICES))["invoices"]["totalCount"])

    await eventually(are_issued)
    paid = {"amount": {"amount": "1000"}, "method": "UPI", "reference": "UPI 1"}
    await office.make("recordPayment", parentId=office.people["parent"].subject, **paid)


async def run_low(office: Office, families: int) -> None:
    """So many families, each with a session bought and used."""
    for number in range(1, families + 1):
        parent, child = await office.parent(f"Family <{number}>", f"Child {number}")
        await office.sell(parent, 1, "500")
        await office.teach(child, office.people["tutor"].subject)
    await office.heard_of(office.people["tutor"].subject, families + 2)


async def have_low(office: Office, families: int) -> None:
    """So many more, who have a little left. Where they come from is not the bot's: they are put into the database."""
    database, now = office.asker.host.databases["packages"], office.clock.now()
    ids = [new_id() for _ in range(families)]
    people = [(parent, f"Other {number}", f"other {number}", "0" * 64, now) for number, parent in enumerate(ids)]
    with database.bound():
        await database.execute_many(PERSON, people)
        await database.execute_many(ALERT, [(new_id(), parent, now) for parent in ids])


@dataclass
class Stage:
    api: BotApi
    office: Office
    chats: int = 0

    async def link(self, viewer: Viewer, language: str, chat: int | None = None) -> int:
        """A chat, a new one unless one is named, linked."""
        self.chats += chat is None
        chat = chat or self.chats
        link = (await self.office.asker.ask("gateway", INVITE, viewer))["createTelegramLink"]["url"]
        welcome = await self.api.ask(chat, f"/start {link.partition('?start=')[2]}", language)
        assert welcome.startswith(said("welcome", Language(language)))
        return chat

    def terminal(self, viewer: Viewer, language: Language) -> tuple[Dialogue, TerminalChats]:
        host = self.office.asker.host
        assert host.token_issuer is not None
        chats = TerminalChats(LinkedPerson(viewer.subject, viewer.role, language))
        gateway = Gateway(InProcessPeer("gateway", host.apps.__getitem__), host.token_issuer)
        catalogues, zone = read_catalogues("en_IN"), host.settings.zone
        return Dialogue(chats=chats, gateway=gateway.ask, catalogues=catalogues, clock=host.clock, zone=zone), chats


@asynccontextmanager
async def staged(hosting: Hosting, api: BotApi, clock: TravellingClock, freeze: str) -> AsyncIterator[Stage]:
    bot = {"NIVAA_BOT_TOKEN": TOKEN, "NIVAA_BOT_API_URL": api.url, "NIVAA_BOT_MESSAGES_PER_SECOND_IN_A_CHAT": 50}
    async with hosting(EVERYTHING, clock=clock, NIVAA_FREEZE=freeze, **bot) as asker:
        yield Stage(api, Office(asker, clock))
