"""What clients see of invoices, through the real schema, gate, databases, renderer and file store."""

from collections.abc import AsyncIterator
from hashlib import sha256
from typing import Any
from uuid import UUID

import pytest
from starlette.applications import Starlette

from services.invoicing.component import COMPONENT
from shared.auth.viewer import MONEY_READ, Role, Viewer
from shared.database.database import Database
from shared.runtime.peers import InProcessPeer
from tests.asking import Asker, Refused
from tests.conftest import Hosting
from tests.services.invoicing.documents import texts
from tests.services.invoicing.statements import a_cycle, a_statement, same_id

ASHA = same_id("parent", "Asha")
BIMAL = same_id("parent", "Bimal")
NO_RENDERER: dict[str, Any] = {"NIVAA_WKHTMLTOPDF": "/nowhere/wkhtmltopdf"}
LIST = """
    query ($filter: InvoiceFilter, $search: String, $first: Int, $after: String) {
      invoices(filter: $filter, search: $search, first: $first, after: $after) {
        nodes { number } totalCount pageInfo { hasNextPage endCursor } } }
"""
EVERYTHING = """
    query ($number: String!) { invoice(number: $number) {
      id number month issuedAt paymentStatus documentStatus cycle { id } parent { id }
      lines { kind description childName date quantity unitPrice { amount } reduction { amount } amount { display } }
      sessions { session { id } startsAt durationMinutes childName tutorName coverage lateFrom amount { amount } }
      packageUsage { sessionPackage { id } usedSessions totalSessions expiresOn }
      subtotal { amount } discount { amount } tax { amount } total { amount display available reason }
      amountPaid { amount } amountDue { amount } pdf { available url sha256 reason } } }
"""
ENTITIES = """
    query ($representations: [_Any!]!) { _entities(representations: $representations) {
      ... on Parent { id outstanding { amount } credit { amount } invoices { nodes { number } totalCount } }
      ... on BillingCycle { id documents { queued rendered failed } invoices(first: 1) { nodes { number } } }
      ... on Invoice { number } } }
"""


def viewer(role: Role, person: UUID, *scopes: str) -> Viewer:
    return Viewer(str(person), role, frozenset(scopes))


AS_ASHA = viewer(Role.PARENT, ASHA)
AS_TUTOR = viewer(Role.TUTOR, ASHA)


async def publish_two_months(asker: Asker) -> None:
    """October: Asha 1, Bimal 2 and 3. November: Asha 4."""
    people = [("Asha Rao", ASHA, ("Ira",)), ("Bimal Śaha", BIMAL, ("Dev_100%",)), ("বিমল সাহা", BIMAL, ("Mira",))]
    october = [
        a_statement(ordinal, sessions=4, parent_name=name, parent_id=parent, children=children)
        for ordinal, (name, parent, children) in enumerate(people, start=1)
    ]
    november = [a_statement(1, month="2026-11", sessions=2, parent_name="Asha Rao", parent_id=ASHA)]
    await asker.publish(*a_cycle("2026-10", october), *a_cycle("2026-11", november))


@pytest.fixture
async def asker(hosting: Hosting) -> AsyncIterator[Asker]:
    async with hosting([COMPONENT], NIVAA_FREEZE="none", **NO_RENDERER) as asker:
        await publish_two_months(asker)
        yield asker


async def listed(asker: Asker, as_viewer: Viewer | None = None, **variables: Any) -> list[int]:
    """The numbers of the invoices on the page, without what all have in common."""
    data = await asker.ask("invoicing", LIST, as_viewer, **variables)
    return [int(node["number"].removeprefix("NV/2627/")) for node in data["invoices"]["nodes"]]


async def test_an_invoice_says_everything(asker: Asker) -> None:
    invoice = (await asker.ask("invoicing", EVERYTHING, number="NV/2627/000001"))["invoice"]
    assert (invoice["month"], invoice["paymentStatus"], invoice["documentStatus"]) == ("2026-10", "UNPAID", "QUEUED")
    assert invoice["issuedAt"] == "2026-11-01T03:00:00+00:00"
    assert (invoice["cycle"]["id"], invoice["parent"]["id"]) == (str(same_id("cycle", "2026-10")), str(ASHA))
    assert invoice["lines"] == [
        {
            "kind": "PACKAGE_PURCHASE",
            "description": "Package of 20 sessions",
            "childName": "Ira Rao",
            "date": "2026-10-12",
            "quantity": 20,
            "unitPrice": {"amount": "450.00"},
            "reduction": {"amount": "900.00"},
            "amount": {"display": "₹8,100.00"},
        }
    ]
    assert [session["coverage"] for session in invoice["sessions"]] == ["PACKAGE", "PACKAGE", "ADDON", "OVERAGE"]
    assert invoice["sessions"][0]["startsAt"] == "2026-10-01T04:30:00+00:00"
    assert invoice["packageUsage"][0]["usedSessions"] == 3
    amounts = [invoice[name]["amount"] for name in ("subtotal", "discount", "tax", "total", "amountPaid", "amountDue")]
    assert amounts == ["8100.00", "405.00", "0.00", "7695.00", "0.00", "7695.00"]
    assert invoice["pdf"] == {"available": False, "url": None, "sha256": None, "reason": "QUEUED"}


async def test_lists_are_narrowed_by_filter_and_search(asker: Asker) -> None:
    assert await listed(asker) == [4, 3, 2, 1]
    cases: list[tuple[dict[str, Any], list[int]]] = [
        ({"filter": {"month": "2026-10"}}, [3, 2, 1]),
        ({"filter": {"parentId": str(BIMAL)}}, [3, 2]),
        ({"filter": {"month": "2026-11", "parentId": str(BIMAL)}}, []),
        ({"filter": {"paymentStatus": "PAID"}}, []),
        ({"filter": {"paymentStatus": "UNPAID", "documentStatus": "QUEUED"}}, [4, 3, 2, 1]),
        ({"filter": {"documentStatus": "FAILED"}}, []),
        ({"search": "asha"}, [4, 1]),
        ({"search": " bimal śa "}, [2]),
        ({"search": "বিমল"}, [3]),
        ({"search": "nv/2627/000003"}, [3]),
        ({"search": "_100%"}, [2]),
        ({"search": "%"}, [2]),
        ({"search": "nobody"}, []),
    ]
    for narrowed, numbers in cases:
        assert await listed(asker, **narrowed) == numbers, narrowed


async def test_pages_go_on_where_the_last_one_ended(asker: Asker) -> None:
    seen, after = [], None
    for more in (True, True, True, False):
        data = (await asker.ask("invoicing", LIST, first=1, after=after))["invoices"]
        assert data["totalCount"] == 4
        assert data["pageInfo"]["hasNextPage"] is more
        seen.append(data["nodes"][0]["number"])
        after = data["pageInfo"]["endCursor"]
    assert seen == [f"NV/2627/{number:06}" for number in (4, 3, 2, 1)]


@pytest.mark.parametrize("arguments", [{"first": 0}, {"first": 101}, {"after": "bm9wZQ=="}])
async def test_a_page_that_cannot_be_is_refused(asker: Asker, arguments: dict[str, Any]) -> None:
    with pytest.raises(Refused) as refused:
        await listed(asker, **arguments)
    assert refused.value.code == "INVALID_INPUT"


async def test_a_parent_sees_their_own_and_a_tutor_none(asker: Asker) -> None:
    assert await listed(asker, AS_ASHA) == [4, 1]
    assert await listed(asker, AS_ASHA, filter={"parentId": str(BIMAL)}) == []
    assert await listed(asker, AS_TUTOR) == []
    for as_viewer, number, visible in [
        (AS_ASHA, "NV/2627/000001", True),
        (AS_ASHA, "NV/2627/000002", False),
        (AS_TUTOR, "NV/2627/000001", False),
        (None, "NV/2627/000002", True),
        (None, "NV/2627/000009", False),
    ]:
        invoice = (await asker.ask("invoicing", EVERYTHING, as_viewer, number=number))["invoice"]
        assert (invoice is not None) is visible


async def test_what_it_adds_to_parents_and_cycles(asker: Asker) -> None:
    october = str(same_id("cycle", "2026-10"))
    representations = [
        {"__typename": "Parent", "id": str(ASHA)},
        {"__typename": "Parent", "id": str(BIMAL)},
        {"__typename": "BillingCycle", "id": october},
    ]
    data = await asker.ask("invoicing", ENTITIES, representations=representations)
    asha, bimal, cycle = data["_entities"]
    assert asha["outstanding"] == {"amount": "15390.00"}
    assert bimal["outstanding"] == {"amount": "15390.00"}
    assert asha["credit"] == {"amount": "0.00"}
    assert [node["number"] for node in asha["invoices"]["nodes"]] == ["NV/2627/000004", "NV/2627/000001"]
    assert cycle["documents"] == {"queued": 3, "rendered": 0, "failed": 0}
    assert [node["number"] for node in cycle["invoices"]["nodes"]] == ["NV/2627/000003"]


async def test_entities_keep_to_what_the_viewer_may_see(asker: Asker) -> None:
    other = (await asker.ask("invoicing", EVERYTHING, number="NV/2627/000002"))["invoice"]["id"]
    representations = [
        {"__typename": "Parent", "id": str(BIMAL)},
        {"__typename": "Invoice", "id": other},
        {"__typename": "BillingCycle", "id": str(same_id("cycle", "2026-10"))},
    ]
    bimal, invoice, cycle = (await asker.ask("invoicing", ENTITIES, AS_ASHA, representations=representations))[
        "_entities"
    ]
    assert bimal is None
    assert invoice is None
    assert cycle["documents"] == {"queued": 1, "rendered": 0, "failed": 0}
    assert [node["number"] for node in cycle["invoices"]["nodes"]] == ["NV/2627/000001"]


async def test_a_hundred_references_are_read_at_once(asker: Asker, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    rows = Database.rows

    async def counted(self: Database, statement: str, *parameters: object) -> Any:
        asked.append(statement)
        return await rows(self, statement, *parameters)

    monkeypatch.setattr(Database, "rows", counted)
    representations = [{"__typename": "Parent", "id": str(same_id("parent", n))} for n in range(100)]
    query = ENTITIES.replace("invoices { nodes { number } totalCount }", "")
    data = await asker.ask("invoicing", query, representations=representations)
    assert len(data["_entities"]) == 100
    assert len([statement for statement in asked if "parent_id" in statement]) == 2


async def test_the_freeze_hides_money_and_documents_and_nothing_else(hosting: Hosting) -> None:
    async with hosting([COMPONENT], **NO_RENDERER) as asker:
        await publish_two_months(asker)
        for as_viewer in (AS_ASHA, None):
            invoice = (await asker.ask("invoicing", EVERYTHING, as_viewer, number="NV/2627/000001"))["invoice"]
            assert invoice["total"] == {
                "amount": None,
                "display": "Unavailable during the beta",
                "available": False,
                "reason": "BETA_FREEZE",
            }
            assert invoice["pdf"] == {"available": False, "url": None, "sha256": None, "reason": "BETA_FREEZE"}
            assert "45" not in str([invoice[name] for name in ("subtotal", "discount", "amountDue")])
            assert {line["amount"]["display"] for line in invoice["lines"]} == {"Unavailable during the beta"}
            assert {session["amount"]["amount"] for session in invoice["sessions"]} == {None}
            assert len(invoice["sessions"]) == 4
            assert invoice["paymentStatus"] == "UNPAID"
        machine = viewer(Role.SERVICE, same_id("machine"), MONEY_READ)
        invoice = (await asker.ask("invoicing", EVERYTHING, machine, number="NV/2627/000001"))["invoice"]
        assert invoice["total"]["amount"] == "7695.00"


async def test_the_pdf_is_downloaded_by_its_link(hosting: Hosting, eventually: Any) -> None:
    async with hosting([COMPONENT], NIVAA_FREEZE="none") as asker:
        await publish_two_months(asker)

        async def rendered() -> Any:
            invoice = (await asker.ask("invoicing", EVERYTHING, AS_ASHA, number="NV/2627/000001"))["invoice"]
            return invoice["documentStatus"] == "RENDERED" and invoice

        invoice = await eventually(rendered)
        served = InProcessPeer("files", lambda _: Starlette(routes=asker.host.files.routes))
        answer = await served.request("GET", invoice["pdf"]["url"], {})
        assert answer.headers["content-disposition"].startswith('attachment; filename="NV-2627-000001.pdf"')
        assert sha256(answer.body).hexdigest() == invoice["pdf"]["sha256"]
        assert "Asha Rao" in texts(answer.body)[0]
