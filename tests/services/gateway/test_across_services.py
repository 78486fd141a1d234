"""One query over all services, each with its own database, answered by federation."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from services.billing.component import COMPONENT as BILLING
from services.bot.component import COMPONENT as BOT
from services.gateway.component import COMPONENT as GATEWAY
from services.gateway.component import SUPERGRAPH
from services.gateway.federation import Engine, load_supergraph
from services.invoicing.component import COMPONENT as INVOICING
from services.packages.component import COMPONENT as PACKAGES
from shared.auth.viewer import Role, Viewer
from shared.clock import TravellingClock
from shared.runtime.peers import InProcessPeer
from tests.asking import Asker, Refused
from tests.conftest import Hosting
from tests.eventually import eventually

SERVICES = [PACKAGES, BILLING, INVOICING, BOT]
SOLD = datetime(2026, 10, 1, 6, tzinfo=UTC)

FAMILY = """query Family($id: ID!) {
  parent(id: $id) {
    name
    outstanding { display }
    sessionPackages { nodes { remaining totalSessions pricePerSession { amount } } }
    lowPackageAlert { remaining status }
    invoices { nodes { number cycle { month status } total { amount } } }
  }
}"""


@pytest.fixture
async def services(hosting: Hosting) -> AsyncIterator[Asker]:
    clock = TravellingClock()
    clock.travel_to(SOLD)
    async with hosting([*SERVICES, GATEWAY], clock=clock, NIVAA_FREEZE="none") as asker:
        yield asker


async def sold(asker: Asker) -> tuple[str, str]:
    """A parent with a child and a package of five; the ids of both."""
    made = await asker.ask("gateway", 'mutation { createParent(input: {name: "Asha Rao"}) { parent { id } } }')
    parent = made["createParent"]["parent"]["id"]
    made = await asker.ask(
        "gateway",
        """mutation ($parent: ID!) {
          createChild(input: {parentId: $parent, name: "Ira"}) { child { id } }
          createPackage(input: {parentId: $parent, totalSessions: 5, pricePerSession: {amount: "500.00"}}) {
            sessionPackage { remaining }
          }
        }""",
        parent=parent,
    )
    return parent, made["createChild"]["child"]["id"]


async def test_a_family_over_three_services(services: Asker) -> None:
    parent, _ = await sold(services)
    data = await services.ask("gateway", FAMILY, id=parent)
    assert data["parent"] == {
        "name": "Asha Rao",
        "outstanding": {"display": "₹0.00"},
        "sessionPackages": {"nodes": [{"remaining": 5, "totalSessions": 5, "pricePerSession": {"amount": "500.00"}}]},
        "lowPackageAlert": None,
        "invoices": {"nodes": []},
    }


async def test_the_viewer_is_the_parent_that_packages_knows(services: Asker) -> None:
    parent, _ = await sold(services)
    query = "{ viewer { role person { ... on Parent { name remaining credit { display } } } } }"
    data = await services.ask("gateway", query, Viewer(parent, Role.PARENT))
    assert data["viewer"] == {
        "role": "PARENT",
        "person": {"name": "Asha Rao", "remaining": 5, "credit": {"display": "₹0.00"}},
    }


async def test_each_service_verifies_the_viewer_itself(services: Asker) -> None:
    """What one may not see answers as if it did not exist, whoever passes the question on."""
    parent, _ = await sold(services)
    stranger = Viewer("019a0000-0000-7000-8000-000000000001", Role.PARENT)
    assert await services.ask("gateway", "query ($id: ID!) { parent(id: $id) { name } }", stranger, id=parent) == {
        "parent": None
    }
    with pytest.raises(Refused) as refused:
        await services.ask("gateway", 'mutation { openCycle(month: "2026-10") { billingCycle { id } } }', stranger)
    assert refused.value.code == "FORBIDDEN"


async def test_billing_explains_a_session_by_the_status_that_packages_has(services: Asker) -> None:
    parent, child = await sold(services)
    made = await services.ask("gateway", 'mutation { createTutor(input: {name: "Meena"}) { tutor { id } } }')
    tutor = made["createTutor"]["tutor"]["id"]
    log = """mutation ($child: ID!, $tutor: ID!) { logSession(input: {childId: $child, tutorId: $tutor,
        startsAt: "2026-10-02T17:00:00+05:30", durationMinutes: 60, billedAsAddon: true}) {
        session { id explain { charge { state } pay { state } } } } }"""
    session = (await services.ask("gateway", log, child=child, tutor=tutor))["logSession"]["session"]
    state = {"state": "NOT_APPROVED"}
    assert session["explain"] == {"charge": state, "pay": state}
    approve = "mutation ($id: ID!) { approveSession(id: $id) { session { status } } }"
    await services.ask("gateway", approve, id=session["id"])
    query = "{ sessions { nodes { explain { month charge { state } pay { state } } } } }"

    async def heard() -> bool:
        (node,) = (await services.ask("gateway", query))["sessions"]["nodes"]
        return bool(node["explain"]["month"])

    await eventually(heard)
    told = {"month": "2026-10", "charge": {"state": "OPEN"}, "pay": {"state": "NO_RATE"}}
    for viewer, hidden in ((None, {}), (Viewer(parent, Role.PARENT), {"pay"}), (Viewer(tutor, Role.TUTOR), {"charge"})):
        (node,) = (await services.ask("gateway", query, viewer))["sessions"]["nodes"]
        assert node["explain"] == told | dict.fromkeys(hidden)


async def test_the_monthly_run_is_billings_own_answer(services: Asker) -> None:
    headers = {
        "authorization": f"Bearer {services.token()}",
        "content-type": "application/json",
        "idempotency-key": "october",
    }
    for name in ("gateway", "billing"):
        peer = InProcessPeer(name, services.host.apps.__getitem__)
        answer = await peer.request("POST", "/billing/run-monthly", headers, b'{"month": "2026-13"}')
        assert answer.status == 400
        assert b"INVALID_INPUT" in answer.body
        refused = await peer.request("POST", "/billing/run-monthly", {}, b"{}")
        assert refused.status == 401
    peer = InProcessPeer("gateway", services.host.apps.__getitem__)
    too_large = await peer.request("POST", "/billing/run-monthly", headers, b" " * 2_000_000)
    assert (too_large.status, b"TOO_COMPLEX" in too_large.body) == (413, True)


async def test_a_service_that_is_away_leaves_the_rest(hosting: Hosting) -> None:
    async with hosting([PACKAGES, GATEWAY]) as asker:
        parent, _ = await sold(asker)
        answer = await asker.answer("gateway", "query ($id: ID!) { p: parent(id: $id) { name remaining } }", id=parent)
        assert answer == {"data": {"p": {"name": "Asha Rao", "remaining": 5}}}
        answer = await asker.answer("gateway", FAMILY, id=parent)
    codes = {error["extensions"]["code"] for error in answer["errors"]}
    assert codes == {"UPSTREAM_UNAVAILABLE"}


def test_entities_are_batched_and_what_does_not_depend_is_parallel() -> None:
    engine = Engine(load_supergraph(SUPERGRAPH.read_text()), {})
    plan = engine.prepare(FAMILY, {"id": "x"}).plan
    asked = [(fetch.subgraph, fetch.after) for fetch in plan.fetches]
    assert asked == [("packages", ()), ("invoicing", (0,)), ("billing", (1,))]
    record = Path(__file__).with_name("family.plan")
    assert engine.explain(FAMILY, {"id": "x"}) + "\n" == record.read_text()
