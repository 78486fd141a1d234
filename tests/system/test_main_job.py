"""The main job: sell packages, approve sessions, run the months, read the invoices; with money shown, then frozen."""

import csv
import hashlib
import io
import zipfile
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from babel.dates import format_date

from shared.auth.viewer import MONEY_READ, Role, Viewer
from shared.period import Month
from tests.asking import Refused
from tests.services.invoicing.documents import texts
from tests.system.conftest import Running
from tests.system.desk import COORDINATOR, Desk, at_desk, until
from tests.system.term import KOLKATA, this_month

TAXED = {"BILLING_TAX_BASIS_POINTS": "1800"}
PLACEHOLDER = {"available": False, "amount": None, "display": "Unavailable during the beta", "reason": "BETA_FREEZE"}

FAMILY = """
query Family($id: ID!) {
  parent(id: $id) {
    name remaining totalSessions
    children { name }
    outstanding { available amount display reason }
    lowPackageAlert { status }
    sessionPackages { nodes { totalSessions usedSessions status pricePerSession { available amount display reason } } }
    invoices {
      nodes {
        number paymentStatus documentStatus
        cycle { month status }
        total { available amount display reason }
        pdf { available url sha256 reason }
      }
    }
  }
}"""
MONTH = """
query ($month: Month!) {
  billingCycle(month: $month) {
    id status sessionsCounted statementsCount payoutsCount
    invoicedTotal { amount } payoutTotal { amount }
    documents { queued rendered failed }
  }
  payouts(filter: { month: $month }) {
    nodes {
      tutor { name } cycle { month } sessionsCompleted addonSessions status
      ratePerSession { amount } grossAmount { amount } netAmount { amount }
    }
  }
  invoices(filter: { month: $month }) {
    nodes {
      number parent { name }
      subtotal { amount } discount { amount } tax { amount } total { amount } amountDue { amount }
      lines { kind quantity amount { amount } } sessions { startsAt tutorName childName coverage }
      packageUsage { usedSessions totalSessions }
      pdf { url sha256 }
    }
  }
}"""

PAY = """mutation ($input: RecordPaymentInput!) { recordPayment(input: $input) { payment {
  allocations { invoice { id } amount { amount } } } } }"""
VOID = "mutation ($input: VoidInvoiceInput!) { voidInvoice(input: $input) { invoice { id } } }"
STANDING = """query ($id: ID!) { invoice(id: $id) {
  number paymentStatus documentStatus documents { version } pdf { url sha256 } } }"""


@dataclass(frozen=True)
class Family:
    parent: str
    ira: str
    dev: str
    meena: str
    starts: tuple[datetime, ...]
    """Of last month's twelve sessions; the last of them is Dev's add-on."""


def last_month() -> Month:
    return this_month().plus(-1)


async def test_from_the_first_family_to_the_last_invoice(running: Running) -> None:
    async with running(NIVAA_FREEZE="none", **TAXED) as product, at_desk(product.gateway) as desk:
        family = await move_in(desk)
        await sell_and_teach(desk, family)
        await run_both_months(desk)
        await last_month_is_billed(desk, family)
        await this_month_is_billed(desk)
        await the_family_pays(desk, family)
        shown = await one_query_over_all(desk, family)
        assert await product.stop() == [0] * len(product.servers)
    async with running(**TAXED) as product, at_desk(product.gateway) as desk:
        await the_freeze_hides_money_and_nothing_else(desk, family, shown)


async def move_in(desk: Desk) -> Family:
    contact = {"email": "zoe@example.org", "phone": "+91 80 5550 0101"}
    parent = await desk.make("createParent", name="Zoë Rao", **contact)
    ira = await desk.make("createChild", parentId=parent, name="Ira Rao")
    dev = await desk.make("createChild", parentId=parent, name="Dev Rao")
    meena = await desk.make("createTutor", name="Meena Iyer")
    first_day = last_month().first_day.isoformat()
    await desk.set_rate(meena, "300", first_day, addon="350")
    await desk.add_discount(parent, "5", first_day)
    five_o_clock = last_month().starts_at(KOLKATA) + timedelta(hours=17)
    return Family(parent, ira, dev, meena, tuple(five_o_clock + timedelta(days=day) for day in range(12)))


async def sell_and_teach(desk: Desk, family: Family) -> None:
    """Ten sessions bought, eleven taught: an alert, an overage. Then five more bought, and an add-on."""
    offer = await desk.make("createPackageOffer", totalSessions=10, pricePerSession={"amount": "500"}, name="Ten")
    await desk.make("createPackage", parentId=family.parent, offerId=offer)
    approvals = [await desk.approve(await desk.log(family.ira, family.meena, start)) for start in family.starts[:-1]]
    deducted = [approval["sessionPackage"] and approval["sessionPackage"]["usedSessions"] for approval in approvals]
    assert deducted == [*range(1, 11), None]
    assert [approval["session"]["coverage"] for approval in approvals] == ["PACKAGE"] * 10 + ["OVERAGE"]
    alerts = [approval["lowPackageAlert"] and approval["lowPackageAlert"]["remaining"] for approval in approvals]
    assert alerts == [None] * 8 + [1, 0, 0]

    await desk.sell(family.parent, 5, "450", discount={"percent": "10"})
    addon = await desk.log(family.dev, family.meena, family.starts[-1], billedAsAddon=True)
    approval = await desk.approve(addon)
    assert (approval["session"]["coverage"], approval["session"]["price"]) == ("ADDON", {"amount": "450.00"})
    assert approval["lowPackageAlert"] is None


async def run_both_months(desk: Desk) -> None:
    """Last month over REST, this month by mutation; again, the other way round, changes nothing."""
    key = {"Idempotency-Key": "last month"}
    status, closed = await desk.post("/billing/run-monthly", {"month": str(last_month())}, **key)
    assert (status, closed["status"], closed["sessionsCounted"]) == (200, "CLOSED", 12)
    assert await desk.post("/billing/run-monthly", {"month": str(last_month())}, **key) == (200, closed)
    assert (await desk.run(str(last_month())))["sha256"] == closed["sha256"]
    cycle = await desk.run(str(this_month()), early=True)
    _, again = await desk.post("/billing/run-monthly", {"month": str(this_month()), "early": True})
    assert (again["id"], again["sha256"]) == (cycle["id"], cycle["sha256"])
    for month in (last_month(), this_month()):
        await desk.until_rendered(str(month))


async def last_month_is_billed(desk: Desk, family: Family) -> None:
    said = await desk.ask(MONTH, month=str(last_month()))
    cycle = said["billingCycle"]
    assert (cycle["status"], cycle["sessionsCounted"]) == ("CLOSED", 12)
    assert (cycle["invoicedTotal"], cycle["payoutTotal"]) == ({"amount": "1064.95"}, {"amount": "3650.00"})
    assert cycle["documents"] == {"queued": 0, "rendered": 1, "failed": 0}
    (payout,) = said["payouts"]["nodes"]
    assert (payout["tutor"], payout["cycle"]) == ({"name": "Meena Iyer"}, {"month": str(last_month())})
    assert (payout["sessionsCompleted"], payout["addonSessions"], payout["status"]) == (12, 1, "PENDING")
    assert (payout["ratePerSession"], payout["grossAmount"]) == ({"amount": "300.00"}, {"amount": "3650.00"})
    (invoice,) = said["invoices"]["nodes"]
    charges = sorted((line["kind"], line["amount"]["amount"]) for line in invoice["lines"])
    assert charges == [("ADDON_SESSION", "450.00"), ("OVERAGE_SESSION", "500.00")]
    amounts = [invoice[name]["amount"] for name in ("subtotal", "discount", "tax", "total", "amountDue")]
    assert amounts == ["950.00", "47.50", "162.45", "1064.95", "1064.95"]
    assert [datetime.fromisoformat(line["startsAt"]) for line in invoice["sessions"]] == list(family.starts)

    text = await text_of(desk, invoice)
    expected = ["Zoë Rao", "zoe@example.org", "+91 80 5550 0101", "Ira Rao, Dev Rao", invoice["number"], "Unpaid"]
    expected += ["Sibling discount", "₹47.50", "GST", "₹162.45", "₹1,064.95", "Overage", "Add-on"]
    expected += [f"{session_day(start)} 5:00 pm · 60 min Meena Iyer" for start in family.starts]
    for each in expected:
        assert each in text


async def this_month_is_billed(desk: Desk) -> None:
    """Both packages were bought today, whenever their sessions were taught."""
    said = await desk.ask(MONTH, month=str(this_month()))
    (invoice,) = said["invoices"]["nodes"]
    charges = sorted((line["quantity"], line["kind"], line["amount"]["amount"]) for line in invoice["lines"])
    assert charges == [(5, "PACKAGE_PURCHASE", "2025.00"), (10, "PACKAGE_PURCHASE", "5000.00")]
    amounts = [invoice[name]["amount"] for name in ("subtotal", "discount", "tax", "total")]
    assert amounts == ["7025.00", "351.25", "1201.28", "7875.03"]
    text = await text_of(desk, invoice)
    for each in ("10 / 10 used", "0 / 5 used", "less ₹225.00", "₹7,025.00", "₹7,875.03"):
        assert each in text
    assert said["payouts"]["nodes"] == []


async def the_family_pays(desk: Desk, family: Family) -> None:
    """The older invoice in full and the newer in part; the documents say so, and the month's files hold them."""
    paid = {"parentId": family.parent, "amount": {"amount": "2000"}, "method": "UPI", "idempotencyKey": "receipt"}
    for _ in range(2):
        payment = (await desk.ask(PAY, input=paid))["recordPayment"]["payment"]
        assert [share["amount"]["amount"] for share in payment["allocations"]] == ["1064.95", "935.05"]
    older, newer = (share["invoice"]["id"] for share in payment["allocations"])

    async def are_rendered() -> bool:
        invoices = [(await desk.ask(STANDING, id=paid))["invoice"] for paid in (older, newer)]
        return [invoice["documentStatus"] for invoice in invoices] == ["RENDERED"] * 2

    await until(are_rendered)
    invoice = (await desk.ask(STANDING, id=newer))["invoice"]
    assert (invoice["paymentStatus"], len(invoice["documents"])) == ("PARTIALLY_PAID", 2)
    assert "₹6,939.98" in await text_of(desk, invoice)
    with pytest.raises(Refused) as refused:
        await desk.ask(VOID, input={"invoiceId": newer, "reason": "wrong"})
    assert refused.value.code == "INVOICE_NOT_VOIDABLE"
    archive = zipfile.ZipFile(io.BytesIO(await export(desk, f"{this_month()}.zip")))
    (name,) = archive.namelist()
    assert hashlib.sha256(archive.read(name)).hexdigest() == invoice["pdf"]["sha256"]
    (line,) = csv.DictReader(io.StringIO((await export(desk, f"{this_month()}.csv")).decode(), newline=""))
    assert (line["number"], line["parent"], line["due"]) == (invoice["number"], "Zoë Rao", "6939.98")


async def export(desk: Desk, name: str) -> bytes:
    headers = {"Authorization": f"Bearer {desk.gateway.token(desk.viewer)}"}
    async with desk.http.get(f"{desk.gateway.url}/billing/invoices/{name}", headers=headers) as response:
        assert response.status == 200
        return await response.read()


async def one_query_over_all(desk: Desk, family: Family) -> dict[str, Any]:
    """The parent reads what packages, billing and invoicing know, in one answer."""
    parent = await desk.of(Viewer(family.parent, Role.PARENT)).ask(FAMILY, id=family.parent)
    shown: dict[str, Any] = parent["parent"]
    assert (shown["name"], shown["remaining"], shown["totalSessions"]) == ("Zoë Rao", 5, 5)
    assert sorted(child["name"] for child in shown["children"]) == ["Dev Rao", "Ira Rao"]
    assert shown["outstanding"]["display"] == "₹6,939.98"
    assert [invoice["cycle"]["month"] for invoice in shown["invoices"]["nodes"]] == [
        str(this_month()),
        str(last_month()),
    ]
    assert {invoice["cycle"]["status"] for invoice in shown["invoices"]["nodes"]} == {"CLOSED"}
    alerts = (await desk.ask("{ lowPackageAlerts { nodes { status parent { name } } } }"))["lowPackageAlerts"]
    assert alerts["nodes"] == [{"status": "RESOLVED", "parent": {"name": "Zoë Rao"}}]
    return shown


async def the_freeze_hides_money_and_nothing_else(desk: Desk, family: Family, shown: dict[str, Any]) -> None:
    for viewer in (COORDINATOR, Viewer(family.parent, Role.PARENT)):
        frozen = (await desk.of(viewer).ask(FAMILY, id=family.parent))["parent"]
        assert frozen == under_the_freeze(shown)
    machine = Viewer("reporting", Role.SERVICE, frozenset({MONEY_READ}))
    live = (await desk.of(machine).ask(FAMILY, id=family.parent))["parent"]
    assert live["outstanding"] == shown["outstanding"]


def under_the_freeze(shown: Any) -> Any:
    """The same answer with a placeholder in the place of all that tells an amount."""
    match shown:
        case {"available": True, "url": _}:
            return {"available": False, "url": None, "sha256": None, "reason": "BETA_FREEZE"}
        case {"available": True}:
            return PLACEHOLDER
        case dict():
            return {name: under_the_freeze(value) for name, value in shown.items()}
        case list():
            return [under_the_freeze(each) for each in shown]
    return shown


def session_day(start: datetime) -> str:
    return format_date(start.astimezone(KOLKATA), "EEE d MMM y", "en_IN")


async def text_of(desk: Desk, invoice: dict[str, Any]) -> str:
    pdf = await desk.download(invoice["pdf"]["url"])
    assert hashlib.sha256(pdf).hexdigest() == invoice["pdf"]["sha256"]
    return "\n".join(texts(pdf)).replace("\u202f", " ")  # before am and pm stands a narrow space
