"""What one may not see answers as if it did not exist; money is frozen where it is resolved."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio

from services.packages.reads import Reads
from shared.auth.viewer import MONEY_READ, Role, Viewer
from tests.conftest import Hosting
from tests.services.packages.desk import Desk, Family, local, move_in, open_desk


@dataclass
class Town:
    """Asha's family is taught by Meena; Banu's Kabir by Omar. Each has a lot, a session, an alert."""

    asha: Family
    banu: Family
    lots: tuple[str, str]
    sessions: tuple[str, str]
    alerts: tuple[str, str]


@pytest_asyncio.fixture
async def town(desk: Desk) -> Town:
    return await settle(desk)


async def settle(desk: Desk) -> Town:
    asha = await move_in(desk)
    banu_id = await desk.create("createParent", name="Banu Ångström", phone="+91 98400 00000")
    kabir = await desk.create("createChild", parentId=banu_id, name="Kabir")
    banu = Family(banu_id, kabir, kabir, asha.omar, asha.omar)
    lots, sessions, alerts = [], [], []
    for family in (asha, banu):
        lots.append(await desk.sell(family.asha, 1, "500"))
        answer = await desk.teach(family.ira, family.meena, local("2026-09-21 17:00"))
        sessions.append(answer["session"]["id"])
        alerts.append(answer["lowPackageAlert"]["id"])
    return Town(asha, banu, (lots[0], lots[1]), (sessions[0], sessions[1]), (alerts[0], alerts[1]))


LISTS = """{
    parents { nodes { name } totalCount }
    tutors { nodes { name email } totalCount }
    sessions { nodes { child { name } parent { name } tutor { name } sessionPackage { remaining } price { amount } } }
    sessionPackages { nodes { parent { name } } totalCount }
    lowPackageAlerts { nodes { parent { name } } totalCount }
}"""
BY_ID = """query($p: ID!, $c: ID!, $s: ID!, $l: ID!) {
    parent(id: $p) { name } child(id: $c) { name parent { name } }
    session(id: $s) { status } sessionPackage(id: $l) { status }
}"""


async def test_a_parent_sees_the_own_family(desk: Desk, town: Town) -> None:
    viewer = Viewer(town.asha.asha, Role.PARENT)
    seen = await desk.ask(LISTS, viewer)
    assert [node["name"] for node in seen["parents"]["nodes"]] == ["Asha Rao"]
    assert seen["tutors"]["nodes"] == [{"name": "Meena", "email": None}]
    assert seen["sessions"]["nodes"] == [
        {
            "child": {"name": "Ira"},
            "parent": {"name": "Asha Rao"},
            "tutor": {"name": "Meena"},
            "sessionPackage": {"remaining": 0},
            "price": {"amount": "0.00"},
        }
    ]
    assert [seen[name]["totalCount"] for name in ("sessionPackages", "lowPackageAlerts")] == [1, 1]
    other = {"p": town.banu.asha, "c": town.banu.ira, "s": town.sessions[1], "l": town.lots[1]}
    assert set((await desk.ask(BY_ID, viewer, **other)).values()) == {None}


async def test_a_tutor_sees_own_sessions_and_their_children_and_no_money_of_families(desk: Desk, town: Town) -> None:
    viewer = Viewer(town.asha.meena, Role.TUTOR)
    seen = await desk.ask(LISTS, viewer)
    assert seen["parents"] == {"nodes": [], "totalCount": 0}
    assert [node["name"] for node in seen["tutors"]["nodes"]] == ["Meena"]
    assert seen["sessions"]["nodes"] == [
        {"child": {"name": "Ira"}, "parent": None, "tutor": {"name": "Meena"}, "sessionPackage": None, "price": None}
    ]
    assert [seen[name]["totalCount"] for name in ("sessionPackages", "lowPackageAlerts")] == [0, 0]
    own = {"p": town.asha.asha, "c": town.asha.ira, "s": town.sessions[0], "l": town.lots[0]}
    assert await desk.ask(BY_ID, viewer, **own) == {
        "parent": None,
        "child": {"name": "Ira", "parent": None},
        "session": {"status": "APPROVED"},
        "sessionPackage": None,
    }
    assert (await desk.ask(BY_ID, viewer, **own | {"c": town.asha.dev}))["child"] is None


@pytest.mark.usefixtures("town")
async def test_a_parent_whose_subject_is_nobody_sees_nothing(desk: Desk) -> None:
    seen = await desk.ask(LISTS, Viewer("somebody", Role.PARENT))
    assert {len(listed["nodes"]) for listed in seen.values()} == {0}


@pytest.mark.parametrize("role", [Role.PARENT, Role.TUTOR])
async def test_no_family_is_anybodys_whose_subject_is_nobody(desk: Desk, town: Town, role: Role) -> None:
    """Subscriptions ask this of each change of an alert."""
    reads = Reads(desk.asker.host.databases["packages"], Viewer("somebody", role))
    assert not reads.sees_family(UUID(town.asha.asha))
    assert Reads(reads.statements, Viewer("somebody", Role.COORDINATOR)).sees_family(UUID(town.asha.asha))


async def test_entities_are_resolved_in_the_order_asked_and_hidden_ones_are_null(desk: Desk, town: Town) -> None:
    query = (
        "query($r: [_Any!]!) { _entities(representations: $r) { ... on Parent { name } ... on Session { status } } }"
    )
    references: list[dict[str, Any]] = [
        {"__typename": "Session", "id": town.sessions[0]},
        {"__typename": "Parent", "id": town.banu.asha},
        {"__typename": "Parent", "id": town.asha.asha},
        {"__typename": "Session", "id": town.sessions[1]},
    ]
    viewer = Viewer(town.asha.asha, Role.PARENT)
    seen = await desk.ask(query, viewer, r=references)
    assert seen["_entities"] == [{"status": "APPROVED"}, None, {"name": "Asha Rao"}, None]


async def test_a_tutors_search_tells_nothing_of_parents(desk: Desk, town: Town) -> None:
    query = "query($s: String) { sessions(search: $s) { totalCount } }"
    tutor = Viewer(town.asha.meena, Role.TUTOR)
    for search, everybody, meena in (("asha", 1, 0), ("ira", 1, 1), ("meena", 1, 1), ("kabir", 1, 0), ("omar", 1, 0)):
        assert (await desk.ask(query, s=search))["sessions"]["totalCount"] == everybody, search
        assert (await desk.ask(query, tutor, s=search))["sessions"]["totalCount"] == meena, search


async def test_a_parents_search_does_not_tell_how_to_reach_tutors(desk: Desk, town: Town) -> None:
    reach = 'mutation($id: ID!) { updatePerson(input: {id: $id, phone: "+91 98411 22222"}) { tutor { phone } } }'
    await desk.ask(reach, id=town.asha.meena)
    query = "query($s: String) { tutors(search: $s) { totalCount nodes { name phone externalRef } } }"
    parent = Viewer(town.asha.asha, Role.PARENT)
    assert (await desk.ask(query, s="98411"))["tutors"]["totalCount"] == 1
    assert (await desk.ask(query, parent, s="98411"))["tutors"] == {"totalCount": 0, "nodes": []}
    meena = {"name": "Meena", "phone": None, "externalRef": None}
    assert (await desk.ask(query, parent, s="meena"))["tutors"]["nodes"] == [meena]


async def test_a_tutors_filters_tell_nothing_of_families(desk: Desk, town: Town) -> None:
    """Which children are whose, and which package pays, is for families and coordinators."""
    query = "query($f: SessionFilter) { sessions(filter: $f) { totalCount } }"
    tutor = Viewer(town.asha.meena, Role.TUTOR)
    for narrowed, count in (
        ({"parentId": town.asha.asha}, 0),
        ({"sessionPackageId": town.lots[0]}, 0),
        ({"childId": town.asha.ira}, 1),
    ):
        assert (await desk.ask(query, f=narrowed))["sessions"]["totalCount"] == 1
        assert (await desk.ask(query, tutor, f=narrowed))["sessions"]["totalCount"] == count, narrowed


@pytest.mark.usefixtures("town")
async def test_search_and_pages(desk: Desk) -> None:
    query = """
        query($search: String, $first: Int, $after: String) { parents(search: $search, first: $first, after: $after) {
            nodes { name } pageInfo { hasNextPage endCursor } totalCount } }
    """
    for search in ("ångström", "ÅNG", "98400"):
        found = await desk.ask(query, search=search)
        assert [node["name"] for node in found["parents"]["nodes"]] == ["Banu Ångström"], search
    assert (await desk.ask(query, search="%"))["parents"]["totalCount"] == 0
    first = (await desk.ask(query, first=1))["parents"]
    assert (first["nodes"], first["totalCount"], first["pageInfo"]["hasNextPage"]) == ([{"name": "Asha Rao"}], 2, True)
    last = (await desk.ask(query, first=1, after=first["pageInfo"]["endCursor"]))["parents"]
    assert (last["nodes"], last["pageInfo"]["hasNextPage"]) == ([{"name": "Banu Ångström"}], False)


async def test_lists_are_narrowed(desk: Desk, town: Town) -> None:
    await desk.sell(town.asha.asha, 10, "500", expiresOn="2026-09-25")
    desk.clock.travel_to(local("2026-09-26 09:00"))
    await desk.sell(town.banu.asha, 10, "500", childId=town.banu.ira)
    packages = "query($f: SessionPackageFilter) { sessionPackages(filter: $f) { totalCount } }"
    for status, count in (("ACTIVE", 1), ("EXHAUSTED", 2), ("EXPIRED", 1)):
        assert (await desk.ask(packages, f={"status": status}))["sessionPackages"]["totalCount"] == count, status
    assert (await desk.ask(packages, f={"childId": town.banu.ira}))["sessionPackages"]["totalCount"] == 1
    sessions = "query($f: SessionFilter) { sessions(filter: $f) { totalCount } }"
    for narrowed, count in (
        ({"status": "APPROVED"}, 2),
        ({"coverage": "OVERAGE"}, 0),
        ({"billedAsAddon": False}, 2),
        ({"tutorId": town.asha.meena}, 1),
        ({"month": "2026-09"}, 2),
        ({"month": "2026-10"}, 0),
        ({"startsBefore": "2026-09-21T17:00:00+05:30"}, 0),
        ({"startsFrom": "2026-09-21T17:00:00+05:30"}, 2),
    ):
        assert (await desk.ask(sessions, f=narrowed))["sessions"]["totalCount"] == count, narrowed


async def test_money_is_frozen_where_it_is_resolved(hosting: Hosting) -> None:
    async with open_desk(hosting, NIVAA_FREEZE="coordinator,parent") as desk:
        family = await move_in(desk)
        lot = await desk.sell(family.asha, 10, "500")
        query = """
            query($id: ID!) { sessionPackage(id: $id) {
                remaining pricePerSession { available amount display reason } } }
        """
        frozen = (await desk.ask(query, id=lot))["sessionPackage"]
        assert frozen["remaining"] == 10
        assert frozen["pricePerSession"] == {
            "available": False,
            "amount": None,
            "display": "Unavailable during the beta",
            "reason": "BETA_FREEZE",
        }
        service = Viewer("books", Role.SERVICE, frozenset({MONEY_READ}))
        live = (await desk.ask(query, service, id=lot))["sessionPackage"]["pricePerSession"]
        assert (live["amount"], live["display"]) == ("500.00", "₹500.00")
