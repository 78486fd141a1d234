"""Everything a coordinator does that touches money can be read afterwards: who, when, what, why."""

from typing import Any

import pytest

from shared.auth.viewer import Role, Viewer
from tests.asking import Refused
from tests.conftest import Hosting
from tests.services.packages.desk import Desk, Family, local, move_in, open_desk

TRAIL = """query($filter: AuditFilter, $first: Int, $after: String) {
    packagesAudit(filter: $filter, first: $first, after: $after) {
        totalCount pageInfo { hasNextPage endCursor }
        nodes { action subjectId reason doneAt doneBy amount { available amount display } } } }"""
OFFER = """mutation { createPackageOffer(input: {totalSessions: 10, pricePerSession: {amount: "500"}}) {
    packageOffer { id } } }"""
EXTEND = """mutation($id: ID!) { extendPackage(input: {packageId: $id, expiresOn: "2027-01-31", reason: "away"}) {
    sessionPackage { id } } }"""
REJECT = 'mutation($id: ID!) { rejectSession(id: $id, reason: "no show") { session { id } } }'


async def trail(desk: Desk, **arguments: Any) -> dict[str, Any]:
    found: dict[str, Any] = (await desk.ask(TRAIL, **arguments))["packagesAudit"]
    return found


async def a_busy_day(desk: Desk) -> tuple[Family, dict[str, str]]:
    """One of each, in the order of the days."""
    family = await move_in(desk)
    offer = (await desk.ask(OFFER))["createPackageOffer"]["packageOffer"]["id"]
    desk.clock.travel_to(local("2026-09-21 09:00"))
    discount = {"percent": "10"}
    lot = await desk.sell(family.asha, 10, "450", discount=discount, expiresOn="2026-12-31")
    taught = await desk.teach(family.ira, family.meena, local("2026-09-22 17:00"))
    addon = await desk.teach(family.ira, family.meena, local("2026-09-23 17:00"), billedAsAddon=True)
    await desk.ask(EXTEND, id=lot)
    desk.clock.travel_to(local("2026-09-24 17:00"))
    await desk.reverse(taught["session"]["id"], "the tutor was ill")
    missed = await desk.log(family.dev, family.omar, local("2026-09-25 17:00"))
    desk.clock.travel_to(local("2026-09-26 17:00"))
    await desk.ask(REJECT, id=missed)
    made = {"offer": offer, "lot": lot, "taught": taught["session"]["id"], "addon": addon["session"]["id"]}
    return family, made | {"missed": missed}


async def test_the_trail_says_who_when_what_and_why(desk: Desk) -> None:
    _, made = await a_busy_day(desk)
    nodes = (await trail(desk))["nodes"]
    told = [(one["action"], one["subjectId"], one["reason"], (one["amount"] or {}).get("amount")) for one in nodes]
    assert told == [
        ("REJECT_SESSION", made["missed"], "no show", None),
        ("REVERSE_SESSION", made["taught"], "the tutor was ill", None),
        ("EXTEND_PACKAGE", made["lot"], "away", None),
        ("APPROVE_SESSION", made["addon"], None, "450.00"),
        ("APPROVE_SESSION", made["taught"], None, "0.00"),
        ("CREATE_PACKAGE", made["lot"], None, "4050.00"),
        ("CREATE_PACKAGE_OFFER", made["offer"], None, "500.00"),
    ]
    assert {one["doneBy"] for one in nodes} == {desk.asker.viewer.subject}
    assert nodes[0]["doneAt"].startswith("2026-09-26T11:30:00")


async def test_it_is_read_page_by_page_and_narrowed(desk: Desk) -> None:
    _, made = await a_busy_day(desk)
    whole = (await trail(desk))["nodes"]
    paged: list[Any] = []
    after = None
    while True:
        page = await trail(desk, first=3, after=after)
        assert page["totalCount"] == len(whole)
        paged += page["nodes"]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert paged == whole
    of_lot = await trail(desk, filter={"subjectId": made["lot"]})
    assert [one["action"] for one in of_lot["nodes"]] == ["EXTEND_PACKAGE", "CREATE_PACKAGE"]
    approvals = await trail(desk, filter={"action": "APPROVE_SESSION", "doneBefore": "2026-09-23T00:00:00Z"})
    assert [one["subjectId"] for one in approvals["nodes"]] == [made["taught"]]
    assert (await trail(desk, filter={"doneBy": "somebody else"}))["totalCount"] == 0


async def test_amounts_are_frozen_and_the_rest_is_not(hosting: Hosting) -> None:
    async with open_desk(hosting, NIVAA_FREEZE="coordinator") as desk:
        await a_busy_day(desk)
        nodes = (await trail(desk))["nodes"]
        assert len(nodes) == 7
        assert {one["amount"]["amount"] for one in nodes} == {None}
        assert {one["amount"]["available"] for one in nodes} == {False}


@pytest.mark.parametrize("role", [Role.PARENT, Role.TUTOR])
async def test_it_is_for_coordinators(desk: Desk, role: Role) -> None:
    family = await move_in(desk)
    with pytest.raises(Refused, match="FORBIDDEN"):
        await desk.ask(TRAIL, Viewer(family.asha, role))


async def test_entries_stay_as_they_were_written(desk: Desk) -> None:
    await a_busy_day(desk)
    for change in ("UPDATE audit_entry SET reason = 'nothing'", "DELETE FROM audit_entry"):
        with pytest.raises(Exception, match="audit_entry is locked"):
            await desk.asker.host.databases["packages"].execute(change)
