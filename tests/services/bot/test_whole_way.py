"""From an approval to the message in the chat, with every service there is and nothing made up."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.billing.component import COMPONENT as BILLING
from services.bot.component import COMPONENT as BOT
from services.gateway.component import COMPONENT as GATEWAY
from services.invoicing.component import COMPONENT as INVOICING
from services.packages.component import COMPONENT as PACKAGES
from shared.auth.viewer import Role, Viewer
from shared.clock import TravellingClock
from tests.asking import COORDINATOR, Asker
from tests.bot_api.server import PATIENCE_SECONDS, TOKEN, BotApi
from tests.conftest import Hosting
from tests.services.bot.conftest import INVITE

EVERYTHING = [PACKAGES, BILLING, INVOICING, BOT, GATEWAY]
NOW = datetime(2026, 10, 15, 12, tzinfo=UTC)
APPROVE = "mutation($id: ID!) { approveSession(id: $id) { session { status } } }"


class Office:
    """A coordinator at the gateway."""

    def __init__(self, asker: Asker, api: BotApi) -> None:
        self._asker = asker
        self._api = api

    async def make(self, mutation: str, shown: str, **fields: Any) -> str:
        """Runs a mutation that takes one input object; gives the id of what it made."""
        kind = mutation[0].upper() + mutation[1:]
        query = f"mutation($input: {kind}Input!) {{ {mutation}(input: $input) {{ {shown} {{ id }} }} }}"
        return str((await self._asker.ask("gateway", query, input=fields))[mutation][shown]["id"])

    async def link(self, viewer: Viewer, chat_id: int) -> None:
        link = (await self._asker.ask("gateway", INVITE, viewer))["createTelegramLink"]["url"]
        assert (await self._api.ask(chat_id, f"/start {link.partition('?start=')[2]}")).startswith("Welcome!")

    async def pay_with(self, chat_id: int, expected: str) -> str:
        """Asks for the pay until billing has heard of what the answer is to tell."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while expected not in (pay := await self._api.ask(chat_id, "/mypay")):
                continue
            return pay

    async def teach_and_approve(self, child: str, tutor: str) -> None:
        session = await self.make(
            "logSession",
            "session",
            childId=child,
            tutorId=tutor,
            startsAt=(NOW - timedelta(hours=2)).isoformat(),
            durationMinutes=60,
        )
        await self._asker.ask("gateway", APPROVE, id=session)


@pytest.mark.parametrize(("freeze", "amount"), [("none", "₹300.00"), ("tutor", "Unavailable during the beta")])
async def test_an_approval_alerts_and_pays(hosting: Hosting, api: BotApi, freeze: str, amount: str) -> None:
    settings = {"NIVAA_BOT_TOKEN": TOKEN, "NIVAA_BOT_API_URL": api.url, "NIVAA_FREEZE": freeze}
    clock = TravellingClock()
    clock.travel_to(NOW)
    async with hosting(EVERYTHING, clock=clock, **settings) as asker:
        office = Office(asker, api)
        parent = await office.make("createParent", "parent", name="आशा राव")
        child = await office.make("createChild", "child", name="Ira Rao", parentId=parent)
        tutor = await office.make("createTutor", "tutor", name="Meena Iyer")
        rate = {"tutorId": tutor, "ratePerSession": {"amount": "300"}, "validFrom": "2020-01-01"}
        await office.make("setTutorRate", "tutorRate", **rate)
        package = {"parentId": parent, "totalSessions": 1, "pricePerSession": {"amount": "500"}}
        await office.make("createPackage", "sessionPackage", **package)
        for chat_id, viewer in enumerate([Viewer(parent, Role.PARENT), COORDINATOR, Viewer(tutor, Role.TUTOR)], 1):
            await office.link(viewer, chat_id)

        await office.teach_and_approve(child, tutor)

        assert (await api.messages(1, 2))[1].startswith("Your sessions are running low: 0 of 1 left.")
        assert (await api.messages(2, 2))[1] == "आशा राव is running low: 0 of 1 left."
        assert await api.ask(1, "/lowpackages") == "Your sessions are running low: 0 of 1 left."
        assert await api.ask(2, "/lowpackages") == "1 family is running low:\n• आशा राव: 0 of 1 left"
        pay = await office.pay_with(3, "Sessions completed: 1\n")
        assert pay.startswith("October 2026, so far\n")
        assert f"Gross: {amount}\n" in pay
