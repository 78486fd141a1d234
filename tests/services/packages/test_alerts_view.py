"""The coordinators' view of alerts: in order, page by page, narrowed and searched."""

import base64
import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from tests.asking import Refused
from tests.services.packages.desk import Desk, local

VIEW = """query($filter: LowPackageAlertFilter, $search: String, $order: LowPackageAlertOrder! = LEAST_LEFT_FIRST,
              $first: Int, $after: String) {
    lowPackageAlerts(filter: $filter, search: $search, order: $order, first: $first, after: $after) {
        totalCount pageInfo { hasNextPage endCursor }
        nodes { id remaining totalSessions status parent { name phone children { name } } } } }"""
ACKNOWLEDGE = "mutation($id: ID!) { acknowledgeAlert(id: $id) { lowPackageAlert { id } } }"
UNKNOWN = str(uuid4())
LOW = [("Anil Ångström", 20, 3), ("Bhavna", 10, 1), ("Chitra", 5, 0), ("Devi", 10, 1), ("Esha", 4, 0)]
"""Parents in the order of their alerts, a day apart: the size of the lot, and what is left of it."""


def cursor(*key: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode()


async def view(desk: Desk, **arguments: Any) -> dict[str, Any]:
    found: dict[str, Any] = (await desk.ask(VIEW, **arguments))["lowPackageAlerts"]
    return found


async def names(desk: Desk, **arguments: Any) -> list[str]:
    return [node["parent"]["name"] for node in (await view(desk, **arguments))["nodes"]]


async def a_low_week(desk: Desk) -> None:
    tutor = await desk.create("createTutor", name="Meena")
    for day, (name, size, left) in enumerate(LOW, start=21):
        parent = await desk.create("createParent", name=name, phone=f"+91 98400 000{day}")
        child = await desk.create("createChild", parentId=parent, name=f"{name[0]}run")
        await desk.sell(parent, size, "500")
        start = local(f"2026-09-{day} 00:00")
        sessions = [await desk.log(child, tutor, start + timedelta(minutes=60 * n)) for n in range(size - left)]
        desk.clock.travel_to(start + timedelta(hours=23))
        await desk.ask("mutation($ids: [ID!]!) { approveSessions(ids: $ids) { outcomes { code } } }", ids=sessions)


async def test_who_has_least_left_comes_first(desk: Desk) -> None:
    await a_low_week(desk)
    assert await names(desk) == ["Chitra", "Esha", "Bhavna", "Devi", "Anil Ångström"]
    assert await names(desk, order="LATEST_FIRST") == [name for name, _, _ in reversed(LOW)]


@pytest.mark.parametrize("order", ["LEAST_LEFT_FIRST", "LATEST_FIRST"])
async def test_pages_are_the_whole_in_either_order(desk: Desk, order: str) -> None:
    await a_low_week(desk)
    whole, paged, after = await names(desk, order=order), [], None
    for _ in range(3):
        page = await view(desk, order=order, first=2, after=after)
        assert page["totalCount"] == 5
        paged += [node["parent"]["name"] for node in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
    assert (paged, page["pageInfo"]["hasNextPage"]) == (whole, False)
    other = "LATEST_FIRST" if order == "LEAST_LEFT_FIRST" else "LEAST_LEFT_FIRST"
    with pytest.raises(Refused, match="not of this list"):
        await view(desk, order=other, after=after)


async def test_it_is_narrowed_and_searched(desk: Desk) -> None:
    await a_low_week(desk)
    alerts = {node["parent"]["name"]: node["id"] for node in (await view(desk))["nodes"]}
    await desk.ask(ACKNOWLEDGE, id=alerts["Devi"])
    parents = (await desk.ask('{ parents(search: "bhavna") { nodes { id } } }'))["parents"]["nodes"]
    desk.clock.travel_to(local("2026-09-27 09:00"))
    await desk.sell(parents[0]["id"], 10, "500")
    for narrowed, expected in (
        ({"status": "OPEN"}, ["Chitra", "Esha", "Devi", "Anil Ångström"]),
        ({"status": "RESOLVED"}, ["Bhavna"]),
        ({"status": "OPEN", "acknowledged": False}, ["Chitra", "Esha", "Anil Ångström"]),
        ({"acknowledged": True}, ["Devi"]),
        ({"status": "OPEN", "remainingAtMost": 0}, ["Chitra", "Esha"]),
        ({"parentId": parents[0]["id"]}, ["Bhavna"]),
        (
            {"raisedFrom": "2026-09-22T00:00:00+05:30", "raisedBefore": "2026-09-24T00:00:00+05:30"},
            ["Chitra", "Bhavna"],
        ),
    ):
        assert await names(desk, filter=narrowed) == expected, narrowed
    for search, expected in (
        ("ÅNG", ["Anil Ångström"]),
        ("98400 00023", ["Chitra"]),
        ("crun", ["Chitra"]),
        ("run", ["Chitra", "Esha", "Devi", "Anil Ångström", "Bhavna"]),
        ("%", []),
        ("nobody", []),
    ):
        assert await names(desk, search=search) == expected, search


async def test_sessions_are_searched_and_found_by_reference(desk: Desk) -> None:
    await a_low_week(desk)
    child = (await desk.ask('{ parents(search: "devi") { nodes { children { id } } } }'))["parents"]["nodes"][0]
    tutor = (await desk.ask("{ tutors { nodes { id } } }"))["tutors"]["nodes"][0]["id"]
    await desk.log(child["children"][0]["id"], tutor, local("2026-09-28 09:00"), externalRef="lesson-1")
    query = "query($f: SessionFilter, $s: String) { sessions(filter: $f, search: $s, first: 100) { totalCount } }"
    lot = (await desk.ask('{ sessionPackages(search: "devi") { nodes { id } } }'))["sessionPackages"]["nodes"][0]["id"]
    for arguments, count in (
        ({"s": "devi"}, 10),
        ({"s": "DRUN"}, 10),
        ({"s": "meena", "f": {"status": "LOGGED"}}, 1),
        ({"s": "nobody"}, 0),
        ({"f": {"externalRef": "lesson-1"}}, 1),
        ({"f": {"externalRef": "lesson"}}, 0),
        ({"f": {"sessionPackageId": lot}}, 9),
    ):
        assert (await desk.ask(query, **arguments))["sessions"]["totalCount"] == count, arguments


UNREADABLE: list[tuple[str, dict[str, Any]]] = [
    ("parents(search: $s)", {"s": "\0"}),
    ("sessions(search: $s)", {"s": "a\0"}),
    ("lowPackageAlerts(search: $s)", {"s": "\0"}),
    ("sessions(filter: {externalRef: $s})", {"s": "\0"}),
    ('sessions(filter: {startsFrom: "2026-09-21T17:00:00"}, search: $s)', {}),
    ('lowPackageAlerts(filter: {raisedBefore: "2026-09-21T17:00:00"}, search: $s)', {}),
    ('packagesAudit(filter: {doneFrom: "2026-09-21T17:00:00", doneBy: $s})', {}),
    ("sessions(after: $s)", {"s": "nowhere"}),
    ("sessions(after: $s)", {"s": cursor("2026-09-21T17:00:00", UNKNOWN)}),
    ("lowPackageAlerts(after: $s)", {"s": cursor(10**30, "2026-09-21T17:00:00Z", UNKNOWN)}),
    ("sessionPackages(filter: {parentId: $s2}, search: $s)", {"s2": "42"}),
    ("sessions(first: 0, search: $s)", {}),
    ("sessions(first: 101, search: $s)", {}),
    ("sessions(first: -1, search: $s)", {}),
]


@pytest.mark.parametrize(("field", "variables"), UNREADABLE)
async def test_what_no_list_can_be_asked(desk: Desk, field: str, variables: dict[str, Any]) -> None:
    declared = "$s: String" + (", $s2: ID" if "$s2" in field else "")
    with pytest.raises(Refused) as refused:
        await desk.ask(f"query({declared}) {{ {field} {{ totalCount }} }}", **variables)
    assert refused.value.code == "INVALID_INPUT"
