"""Many at once: every number comes out as if they had come one by one."""

import asyncio
from collections import Counter
from uuid import UUID

import pytest

from services.packages.domain.sessions import SessionStatus
from services.packages.sql.families import lock_family, saved_lots
from services.packages.sql.sessions import lock_session, new_status
from shared.contracts.packages import LowPackageRaised, PackagePurchased, SessionApproved, SessionReversed
from tests.asking import Refused
from tests.services.packages.desk import Desk, local, move_in

APPROVERS = 16


async def test_sixteen_approvers_on_a_lot_with_fewer_sessions_left(desk: Desk) -> None:
    family = await move_in(desk)
    lot = await desk.sell(family.asha, 5, "500")
    sessions = [
        await desk.log(family.ira, family.meena, local(f"2026-09-21 {hour:02}:30")) for hour in range(APPROVERS)
    ]
    answers = await asyncio.gather(*map(desk.approve, sessions))
    assert Counter(answer["session"]["coverage"] for answer in answers) == {"PACKAGE": 5, "OVERAGE": APPROVERS - 5}
    package = await desk.package(lot)
    assert (package["usedSessions"], package["remaining"], package["status"]) == (5, 0, "EXHAUSTED")
    assert Counter(movement["kind"] for movement in package["movements"]["nodes"]) == {"PURCHASED": 1, "USED": 5}
    assert sum(fact.price_minor for fact in await desk.told(SessionApproved, APPROVERS)) == 50_000 * (APPROVERS - 5)
    await desk.told(LowPackageRaised, 1)


async def test_one_session_approved_by_sixteen(desk: Desk) -> None:
    family = await move_in(desk)
    lot = await desk.sell(family.asha, 10, "500")
    session = await desk.log(family.ira, family.meena, local("2026-09-21 17:00"))
    answers = await asyncio.gather(*[desk.approve(session) for _ in range(APPROVERS)])
    assert {answer["session"]["coverage"] for answer in answers} == {"PACKAGE"}
    assert (await desk.package(lot))["usedSessions"] == 1
    await desk.told(SessionApproved, 1)


async def test_two_lots_of_a_family_cross_the_line_together(desk: Desk) -> None:
    """Each deduction alone leaves the parent at the line; only together are they below it."""
    family = await move_in(desk)
    for child in (family.ira, family.dev):
        await desk.sell(family.asha, 5, "500", childId=child)
    sessions = [
        [await desk.log(child, family.meena, local(f"2026-09-21 {hour:02}:00")) for hour in range(8, 13)]
        for child in (family.ira, family.dev)
    ]
    for early in range(4):
        await asyncio.gather(*(desk.approve(own[early]) for own in sessions))
    answers = await asyncio.gather(*(desk.approve(own[4]) for own in sessions))
    assert any(answer["lowPackageAlert"] for answer in answers)
    (raised,) = await desk.told(LowPackageRaised, 1)
    assert (raised.remaining, raised.total_sessions) == (0, 5)


async def test_one_key_buys_once(desk: Desk) -> None:
    family = await move_in(desk)
    ids = await asyncio.gather(*[desk.sell(family.asha, 10, "500", idempotencyKey="sale-1") for _ in range(8)])
    assert len(set(ids)) == 1
    await desk.told(PackagePurchased, 1)


async def test_batches_that_overlap_wait_for_each_other_in_no_circle(desk: Desk) -> None:
    families = [await move_in(desk) for _ in range(4)]
    for family in families:
        await desk.sell(family.asha, 4, "500")
    sessions = [
        await desk.log(family.ira, family.meena, local(f"2026-{month}-21 {hour:02}:00"))
        for hour in range(8, 12)
        for month in ("09", "10")
        for family in families
    ]
    query = "mutation($ids: [ID!]!) { approveSessions(ids: $ids) { outcomes { code } } }"
    batches = [sessions, sessions[::-1], sessions[::2], sessions[1::2]]
    answers = await asyncio.gather(*(desk.ask(query, ids=batch) for batch in batches))
    assert {outcome["code"] for answer in answers for outcome in answer["approveSessions"]["outcomes"]} == {None}
    covered = Counter(fact.coverage for fact in await desk.told(SessionApproved, len(sessions)))
    assert covered == {"PACKAGE": 16, "OVERAGE": 16}


async def test_an_approval_that_waited_for_the_family_sees_its_lots_as_they_are_now(desk: Desk) -> None:
    family = await move_in(desk)
    lot_id = UUID(await desk.sell(family.asha, 1, "500"))
    session = await desk.log(family.ira, family.meena, local("2026-09-21 17:00"))
    begin, approving = desk.approve_meanwhile(session)
    work = desk.work()
    async with work.database.transaction() as transaction:
        lots = (await lock_family(transaction, UUID(family.asha))).lots
        begin.set()
        await desk.until_somebody_waits()
        await transaction.write(saved_lots([lots[lot_id].use(local("2026-09-20 10:00"))]))
    assert (await approving)["session"]["coverage"] == "OVERAGE"


async def test_an_approval_that_waited_for_the_family_sees_the_session_as_it_is_now(desk: Desk) -> None:
    family = await move_in(desk)
    session = await desk.log(family.ira, family.meena, local("2026-09-21 17:00"))
    begin, approving = desk.approve_meanwhile(session)
    work = desk.work()
    async with work.database.transaction() as transaction:
        await lock_session(transaction, UUID(session), work.organisation)
        begin.set()
        await desk.until_somebody_waits()
        await transaction.write(new_status([UUID(session)], SessionStatus.REJECTED))
    with pytest.raises(Refused) as refused:
        await approving
    assert refused.value.code == "SESSION_NOT_APPROVABLE"


async def test_sessions_approved_and_reversed_at_once(desk: Desk) -> None:
    """Whoever comes first; each session is used once, and returned once if it was taken back."""
    family = await move_in(desk)
    lot = await desk.sell(family.asha, 20, "500")
    sessions = [await desk.log(family.ira, family.meena, local(f"2026-09-21 {hour:02}:30")) for hour in range(8)]

    async def reverse(session: str) -> bool:
        try:
            await desk.reverse(session)
        except Refused as refused:
            if refused.code != "SESSION_NOT_REVERSIBLE":
                raise
            return False
        return True

    answers = await asyncio.gather(*(each(session) for session in sessions for each in (desk.approve, reverse)))
    reversed_ones = sum(answer is True for answer in answers)
    package = await desk.package(lot)
    assert package["usedSessions"] == len(sessions) - reversed_ones
    moved = Counter(movement["kind"] for movement in package["movements"]["nodes"])
    assert moved == Counter(PURCHASED=1, USED=len(sessions), RETURNED=reversed_ones)
    await desk.told(SessionApproved, len(sessions))
    await desk.told(SessionReversed, reversed_ones)
