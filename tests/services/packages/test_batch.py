"""A batch gives what one by one gives, and reports each session."""

from typing import Any
from uuid import uuid4

import pytest

from shared.contracts.packages import LowPackageRaised, SessionApproved
from tests.asking import Refused
from tests.services.packages.desk import Desk, Family, local, move_in

APPROVE = """
    mutation($ids: [ID!]!) { approveSessions(ids: $ids) {
        outcomes { id code message session { status coverage } } } }
"""


async def a_busy_family(desk: Desk) -> tuple[Family, list[str], list[str]]:
    """Its sessions in order of their start, and its lots."""
    family = await move_in(desk)
    lots = [
        await desk.sell(family.asha, 3, "500"),
        await desk.sell(family.asha, 2, "450", childId=family.ira),
        await desk.sell(family.asha, 2, "400", expiresOn="2026-09-23"),
    ]
    sessions = [
        await desk.log(child, family.meena, local(f"2026-09-2{day} {hour}:00"), billedAsAddon=(day, hour) == (2, 15))
        for day in range(1, 5)
        for child, hour in ((family.ira, 10), (family.dev, 12), (family.ira, 15))
    ]
    return family, sessions, lots


async def state_of(desk: Desk, sessions: list[str], lots: list[str]) -> list[Any]:
    query = "query($id: ID!) { session(id: $id) { status coverage price { amount } sessionPackage { id } } }"
    seen = [(await desk.ask(query, id=id_))["session"] for id_ in sessions]
    for session in seen:
        package = session["sessionPackage"]
        session["sessionPackage"] = None if package is None else lots.index(package["id"])
    return seen + [await desk.package(lot) for lot in lots]


async def test_a_batch_in_any_order_is_one_by_one_in_order_of_start(desk: Desk) -> None:
    _, one_by_one, lots_of_one = await a_busy_family(desk)
    _, together, lots_of_other = await a_busy_family(desk)
    desk.clock.travel_to(local("2026-09-25 09:00"))
    for session in one_by_one:
        await desk.approve(session)
    shuffled = together[::2] + together[1::2]
    outcomes = (await desk.ask(APPROVE, ids=shuffled))["approveSessions"]["outcomes"]
    assert [outcome["id"] for outcome in outcomes] == together
    assert await state_of(desk, one_by_one, lots_of_one) == await state_of(desk, together, lots_of_other)
    first, second = await desk.told(LowPackageRaised, 2)
    assert (first.remaining, first.total_sessions) == (second.remaining, second.total_sessions)
    await desk.told(SessionApproved, 24)


async def test_a_refused_session_hinders_no_other(desk: Desk) -> None:
    family = await move_in(desk)
    approved = (await desk.teach(family.ira, family.meena, local("2026-09-21 09:00")))["session"]["id"]
    rejected = await desk.log(family.ira, family.meena, local("2026-09-21 10:00"))
    await desk.ask(
        'mutation($id: ID!) { rejectSession(id: $id, reason: "no show") { session { status } } }', id=rejected
    )
    logged = await desk.log(family.ira, family.meena, local("2026-09-21 11:00"))
    unknown = str(uuid4())
    answer = await desk.ask(APPROVE, ids=[unknown, logged, rejected, approved, logged])
    outcomes = answer["approveSessions"]["outcomes"]
    assert [(outcome["id"], outcome["code"]) for outcome in outcomes] == [
        (approved, None),
        (rejected, "SESSION_NOT_APPROVABLE"),
        (logged, None),
        (unknown, "NOT_FOUND"),
    ]
    assert [outcome["session"] and outcome["session"]["status"] for outcome in outcomes] == [
        "APPROVED",
        "REJECTED",
        "APPROVED",
        None,
    ]
    await desk.told(SessionApproved, 2)


async def test_a_batch_has_at_most_a_thousand(desk: Desk) -> None:
    with pytest.raises(Refused) as refused:
        await desk.ask(APPROVE, ids=[str(uuid4()) for _ in range(1_001)])
    assert refused.value.code == "INVALID_INPUT"
    assert (await desk.ask(APPROVE, ids=[]))["approveSessions"]["outcomes"] == []
