"""The worked month of the rules and the November after it, every number, through the gateway."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from shared.clock import TravellingClock
from tests.services.invoicing.documents import texts
from tests.system.desk import Desk, at_desk, until
from tests.system.product import Form
from tests.system.term import KOLKATA

CYCLE = """
query ($month: Month!) {
  billingCycle(month: $month) {
    status sessionsCounted statementsCount payoutsCount sha256 invoicedTotal { amount } payoutTotal { amount }
    invoices {
      nodes {
        number paymentStatus subtotal { amount } discount { amount } tax { amount } total { amount }
        lines { kind description childName date quantity unitPrice { amount } reduction { amount } amount { amount } }
        sessions { session { id } startsAt childName tutorName coverage lateFrom amount { amount } }
        packageUsage { sessionPackage { id } childName usedSessions totalSessions }
        pdf { url sha256 }
      }
    }
  }
  payouts(filter: { month: $month }) {
    nodes {
      tutor { id name } sessionsCompleted addonSessions grossAmount { amount } netAmount { amount }
      deductions { label amount { amount } } lines { kind date lateFrom amount { amount } }
    }
  }
}"""
REVERSE = 'mutation ($id: ID!) { reverseSession(id: $id, reason: "it never took place") { session { status } } }'
VERIFY = "mutation ($month: Month!) { verifyCycle(month: $month) { matches } }"
PACKAGE = "query ($id: ID!) { sessionPackage(id: $id) { usedSessions status } }"
DEDUCT = """
mutation ($input: AddPayoutDeductionInput!) { addPayoutDeduction(input: $input) { payoutDeduction { id } } }"""
PREVIEW = """
query ($month: Month!) {
  previewCycle(month: $month) { sha256 invoicedTotal { amount } payoutTotal { amount } blockers { tutorName } }
}"""


def local(text: str) -> datetime:
    """An instant by the clock on the organisation's wall: "2026-10-02 10:00"."""
    return datetime.fromisoformat(text).replace(tzinfo=KOLKATA)


@dataclass
class Office:
    """Asha's family and their tutors, on days of one's choice."""

    desk: Desk
    clock: TravellingClock
    asha: str = ""
    ira: str = ""
    dev: str = ""
    meena: str = ""
    omar: str = ""

    async def move_in(self) -> None:
        self.asha = await self.desk.make("createParent", name="Asha Rao", email="asha@example.org")
        self.ira = await self.desk.make("createChild", parentId=self.asha, name="Ira")
        self.dev = await self.desk.make("createChild", parentId=self.asha, name="Dev")
        self.meena = await self.desk.make("createTutor", name="Meena")
        self.omar = await self.desk.make("createTutor", name="Omar")

    async def agree(self) -> None:
        """Rates, discount and deduction."""
        await self.desk.set_rate(self.meena, "300", "2026-01-01")
        await self.desk.set_rate(self.meena, "300", "2026-10-15", addon="350")
        await self.desk.set_rate(self.omar, "280", "2026-01-01")
        await self.desk.set_rate(self.omar, "320", "2026-10-15")
        await self.desk.add_discount(self.asha, "5", "2026-01-01", validUntil="2026-12-31")
        deduction = {"tutorId": self.meena, "month": "2026-10", "amount": {"amount": "100"}, "label": "Materials"}
        await self.desk.ask(DEDUCT, input=deduction)

    async def teach(self, child: str, tutor: str, start: str, **fields: Any) -> dict[str, Any]:
        """Logs a session and approves it an hour after its start."""
        session = await self.desk.log(child, tutor, local(start), **fields)
        self.clock.travel_to(local(start) + timedelta(hours=1))
        return await self.desk.approve(session)

    async def close(self, month: str, when: str) -> dict[str, Any]:
        self.clock.travel_to(local(when))
        await self.desk.run(month)
        await self.desk.until_rendered(month)
        return await self.month(month)

    async def month(self, month: str) -> dict[str, Any]:
        """What the product says about the month."""
        return await self.desk.ask(CYCLE, month=month)


@pytest.fixture
async def office(form: Form, tmp_path: Path) -> AsyncIterator[Office]:
    clock = TravellingClock()
    clock.travel_to(local("2026-09-20 09:00"))
    async with form.host(tmp_path, clock, {"NIVAA_FREEZE": "none"}) as gateway, at_desk(gateway) as desk:
        office = Office(desk, clock)
        await office.move_in()
        await office.agree()
        yield office


async def test_october_and_november_to_the_paisa(office: Office) -> None:
    lot_a = await september(office)
    overage, lot_b, late = await october(office, lot_a)
    closed_october = await office.month("2026-10")
    assert_october(office, closed_october, (lot_a, lot_b))
    await assert_the_document_says_it(office, closed_october)

    assert (await office.desk.approve(late))["session"]["billingMonth"] == "2026-11"
    office.clock.travel_to(local("2026-11-05 10:00"))
    await office.desk.ask(REVERSE, id=overage)
    assert (await office.desk.ask(PACKAGE, id=lot_a))["sessionPackage"] == {"usedSessions": 10, "status": "EXHAUSTED"}
    assert_november(office, await office.close("2026-11", "2026-12-01 09:00"), lot_b)

    after = await office.month("2026-10")
    assert without_links(after) == without_links(closed_october)
    assert (await office.desk.ask(VERIFY, month="2026-10"))["verifyCycle"]["matches"]


async def september(office: Office) -> str:
    """Lot A and seven of its sessions, and the close."""
    lot_a = await office.desk.sell(office.asha, 10, "500")
    for day in range(21, 28):
        await office.teach(office.ira, office.meena, f"2026-09-{day} 17:00")
    office.clock.travel_to(local("2026-10-01 09:00"))
    await office.desk.run("2026-09")
    return lot_a


async def october(office: Office, lot_a: str) -> tuple[str, str, str]:
    """The table of the rules, row by row. Gives the overage of 10-10, lot B, and the session that will be late."""
    first = await office.teach(office.ira, office.meena, "2026-10-02 17:00")
    assert (first["sessionPackage"]["id"], first["sessionPackage"]["usedSessions"]) == (lot_a, 8)
    assert first["lowPackageAlert"] is None
    second = await office.teach(office.dev, office.meena, "2026-10-05 17:00")
    assert second["sessionPackage"]["usedSessions"] == 9
    raised = second["lowPackageAlert"]
    assert (raised["remaining"], raised["totalSessions"], raised["status"]) == (1, 10, "OPEN")
    third = await office.teach(office.dev, office.omar, "2026-10-09 17:00")
    assert (third["sessionPackage"]["usedSessions"], third["sessionPackage"]["status"]) == (10, "EXHAUSTED")
    assert third["lowPackageAlert"]["id"] == raised["id"]
    overage = await office.teach(office.ira, office.meena, "2026-10-10 17:00")
    assert covered_by(overage) == ("OVERAGE", "500.00", "2026-10")

    office.clock.travel_to(local("2026-10-12 11:00"))
    lot_b = await office.desk.sell(office.asha, 20, "450", childId=office.ira, discount={"percent": "10"})
    alert = await office.desk.ask("query ($id: ID!) { parent(id: $id) { lowPackageAlert { id } } }", id=office.asha)
    assert alert == {"parent": {"lowPackageAlert": None}}

    from_b = await office.teach(office.ira, office.meena, "2026-10-15 17:00")
    assert (from_b["sessionPackage"]["id"], from_b["sessionPackage"]["usedSessions"]) == (lot_b, 1)
    bound = await office.teach(office.dev, office.omar, "2026-10-20 17:00")
    assert covered_by(bound) == ("OVERAGE", "450.00", "2026-10")
    late = await office.desk.log(office.dev, office.omar, local("2026-10-28 17:00"))
    addon = await office.teach(office.ira, office.meena, "2026-10-31 23:30", billedAsAddon=True)
    assert covered_by(addon) == ("ADDON", "450.00", "2026-10")
    next_month = await office.teach(office.ira, office.meena, "2026-11-01 00:10")
    assert covered_by(next_month) == ("PACKAGE", "0.00", "2026-11")
    assert next_month["sessionPackage"]["usedSessions"] == 2

    preview = await preview_of(office, "9025.00", "2050.00")
    cycle = (await office.close("2026-10", "2026-11-03 10:00"))["billingCycle"]
    assert preview == {name: cycle[name] for name in preview if name != "blockers"} | {"blockers": []}
    return overage["session"]["id"], lot_b, late


async def preview_of(office: Office, *totals: str) -> dict[str, Any]:
    """October's, as soon as billing has heard of everything that comes to these totals."""
    preview: dict[str, Any] = {}

    async def has_all() -> bool:
        preview.update((await office.desk.ask(PREVIEW, month="2026-10"))["previewCycle"])
        return amounts(preview, "invoicedTotal", "payoutTotal") == [*totals]

    await until(has_all)
    return preview


def assert_october(office: Office, said: dict[str, Any], lots: tuple[str, str]) -> None:
    cycle = said["billingCycle"]
    assert cycle["status"] == "CLOSED"
    assert (cycle["sessionsCounted"], cycle["statementsCount"], cycle["payoutsCount"]) == (7, 1, 2)
    assert (amount(cycle["invoicedTotal"]), amount(cycle["payoutTotal"])) == ("9025.00", "2050.00")
    (invoice,) = cycle["invoices"]["nodes"]
    assert invoice["number"] == "NV/2627/000002"
    assert amounts(invoice, "subtotal", "discount", "tax", "total") == ["9500.00", "475.00", "0.00", "9025.00"]
    assert [(line["kind"], amount(line["amount"])) for line in invoice["lines"]] == [
        ("PACKAGE_PURCHASE", "8100.00"),
        ("ADDON_SESSION", "450.00"),
        ("OVERAGE_SESSION", "500.00"),
        ("OVERAGE_SESSION", "450.00"),
    ]
    purchase = invoice["lines"][0]
    assert (purchase["quantity"], amounts(purchase, "unitPrice", "reduction")) == (20, ["450.00", "900.00"])
    coverages = ["PACKAGE", "PACKAGE", "PACKAGE", "OVERAGE", "PACKAGE", "OVERAGE", "ADDON"]
    assert [line["coverage"] for line in invoice["sessions"]] == coverages
    assert datetime.fromisoformat(invoice["sessions"][-1]["startsAt"]) == local("2026-10-31 23:30")
    assert used(invoice) == [(lots[0], None, 10, 10), (lots[1], "Ira", 1, 20)]
    meena, omar = payouts_of(office, said)
    assert (meena["sessionsCompleted"], meena["addonSessions"]) == (5, 1)
    assert amounts(meena, "grossAmount", "netAmount") == ["1550.00", "1450.00"]
    assert [(one["label"], amount(one["amount"])) for one in meena["deductions"]] == [("Materials", "100.00")]
    assert (omar["sessionsCompleted"], omar["addonSessions"]) == (2, 0)
    assert amounts(omar, "grossAmount", "netAmount") == ["600.00", "600.00"]


async def assert_the_document_says_it(office: Office, said: dict[str, Any]) -> None:
    (invoice,) = said["billingCycle"]["invoices"]["nodes"]
    (text,) = texts(await office.desk.download(invoice["pdf"]["url"]))
    for expected in ("NV/2627/000002", "October 2026", "₹9,500.00", "₹475.00", "₹9,025.00", "10 / 10", "1 / 20"):
        assert expected in text


def assert_november(office: Office, said: dict[str, Any], lot_b: str) -> None:
    (invoice,) = said["billingCycle"]["invoices"]["nodes"]
    assert [(line["kind"], amount(line["amount"])) for line in invoice["lines"]] == [
        ("OVERAGE_SESSION", "450.00"),
        ("ADJUSTMENT", "-475.00"),
    ]
    assert amounts(invoice, "subtotal", "discount", "total") == ["-25.00", "22.50", "-47.50"]
    assert [(line["coverage"], line["lateFrom"]) for line in invoice["sessions"]] == [
        ("OVERAGE", "2026-10"),
        ("PACKAGE", None),
    ]
    assert used(invoice) == [(lot_b, "Ira", 2, 20)]
    meena, omar = payouts_of(office, said)
    assert (omar["sessionsCompleted"], amount(omar["grossAmount"])) == (1, "320.00")
    assert [(line["kind"], line["lateFrom"]) for line in omar["lines"]] == [("SESSION", "2026-10")]
    assert (meena["sessionsCompleted"], amount(meena["grossAmount"])) == (1, "0.00")
    assert sorted((line["kind"], amount(line["amount"])) for line in meena["lines"]) == [
        ("ADJUSTMENT", "-300.00"),
        ("SESSION", "300.00"),
    ]


def payouts_of(office: Office, said: dict[str, Any]) -> list[dict[str, Any]]:
    """Meena's and Omar's; nobody else has one."""
    by_tutor = {payout["tutor"]["id"]: payout for payout in said["payouts"]["nodes"]}
    assert by_tutor.keys() == {office.meena, office.omar}
    return [by_tutor[office.meena], by_tutor[office.omar]]


def covered_by(approval: dict[str, Any]) -> tuple[str, str, str]:
    session = approval["session"]
    return session["coverage"], amount(session["price"]), session["billingMonth"]


def used(invoice: dict[str, Any]) -> list[tuple[str, str | None, int, int]]:
    return [
        (usage["sessionPackage"]["id"], usage["childName"], usage["usedSessions"], usage["totalSessions"])
        for usage in invoice["packageUsage"]
    ]


def amount(shown: dict[str, Any]) -> str:
    return str(shown["amount"])


def amounts(node: dict[str, Any], *fields: str) -> list[str]:
    return [amount(node[field]) for field in fields]


def without_links(said: dict[str, Any]) -> dict[str, Any]:
    """Links expire and are made anew; what they lead to is told by its SHA-256."""
    for invoice in said["billingCycle"]["invoices"]["nodes"]:
        invoice["pdf"].pop("url", None)
    return said
