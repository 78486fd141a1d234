"""The seal of a month: exact under concurrency, and what comes later joins the next one."""

import asyncio

from services.packages.use_cases.seal_period import seal_period
from shared.contracts.billing import PeriodClosing
from shared.contracts.packages import PackagePurchased, PeriodSealed, SessionApproved, SessionReversed
from shared.period import Month
from tests.services.packages.desk import Desk, local, move_in


async def test_a_seal_counts_exactly_the_approvals_of_its_month(desk: Desk) -> None:
    family = await move_in(desk)
    sessions = [
        await desk.log(
            family.ira, family.meena, local(f"2026-09-{day:02} {hour:02}:00"), addonPrice={"amount": str(day)}
        )
        for day in range(1, 11)
        for hour in (9, 11, 13, 15)
    ]

    under_way = asyncio.Event()

    async def approve_own(own: list[str]) -> None:
        """One of them, whatever happens, when the month is sealed."""
        *most, last = own
        for session in most:
            await desk.approve(session)
            under_way.set()
        await desk.told(PeriodSealed, 1)
        await desk.approve(last)

    async def seal() -> None:
        await under_way.wait()
        await desk.asker.publish(PeriodClosing(month="2026-09"))

    await asyncio.gather(seal(), *(approve_own(sessions[start::10]) for start in range(10)))
    (sealed,) = await desk.told(PeriodSealed, 1)
    approved = await desk.told(SessionApproved, len(sessions))
    inside = [fact for fact in approved if fact.month == "2026-09"]
    assert (sealed.approvals, sealed.sum_minor) == (len(inside), sum(fact.price_minor for fact in inside))
    assert {fact.month for fact in approved} == {"2026-09", "2026-10"}


async def test_an_approval_that_waited_for_the_seal_joins_the_next_month(desk: Desk) -> None:
    family = await move_in(desk)
    lot = await desk.sell(family.asha, 10, "500")
    session = await desk.log(family.ira, family.meena, local("2026-09-19 17:00"))
    begin, approving = desk.approve_meanwhile(session)
    work = desk.work()
    async with work.database.transaction() as transaction:
        await seal_period(work, transaction, Month(2026, 9))
        begin.set()
        await desk.until_somebody_waits()
    assert (await approving)["session"]["billingMonth"] == "2026-10"
    assert (await desk.package(lot))["usedSessions"] == 1


async def test_one_batch_joins_a_month_that_nobody_has_seen_and_one_that_is_sealed(desk: Desk) -> None:
    family = await move_in(desk)
    await desk.asker.publish(PeriodClosing(month="2026-08"))
    starts = ("2026-08-30", "2026-11-02", "2026-09-10")
    sessions = [await desk.log(family.ira, family.meena, local(f"{day} 17:00")) for day in starts]
    query = "mutation($ids: [ID!]!) { approveSessions(ids: $ids) { outcomes { session { billingMonth } } } }"
    outcomes = (await desk.ask(query, ids=sessions))["approveSessions"]["outcomes"]
    assert [outcome["session"]["billingMonth"] for outcome in outcomes] == ["2026-09", "2026-09", "2026-11"]


async def test_a_sealed_month_answers_again_with_the_same_numbers(desk: Desk) -> None:
    family = await move_in(desk)
    await desk.sell(family.asha, 10, "500")
    await desk.teach(family.ira, family.meena, local("2026-09-21 17:00"))
    await desk.asker.publish(PeriodClosing(month="2026-09"))
    await desk.teach(family.ira, family.meena, local("2026-09-22 17:00"))
    await desk.asker.publish(PeriodClosing(month="2026-09"))
    first, second = await desk.told(PeriodSealed, 2)
    assert first == second
    assert (first.approvals, first.purchases, first.sum_minor) == (1, 1, 500_000)


async def test_an_empty_month_is_sealed_too(desk: Desk) -> None:
    await desk.asker.publish(PeriodClosing(month="2026-08"))
    (sealed,) = await desk.told(PeriodSealed, 1)
    assert (sealed.approvals, sealed.reversals, sealed.purchases, sealed.sum_minor) == (0, 0, 0, 0)


async def test_what_comes_after_the_seal_joins_the_next_month(desk: Desk) -> None:
    """A month may be sealed before it is over."""
    family = await move_in(desk)
    before = await desk.teach(family.ira, family.meena, local("2026-09-21 17:00"))
    await desk.asker.publish(PeriodClosing(month="2026-09"))
    await desk.sell(family.asha, 10, "500")
    after = await desk.teach(family.ira, family.meena, local("2026-09-22 17:00"))
    await desk.reverse(before["session"]["id"])
    await desk.reverse(after["session"]["id"])
    (bought,) = await desk.told(PackagePurchased, 1)
    reversals = await desk.told(SessionReversed, 2)
    assert after["session"]["billingMonth"] == bought.month == "2026-10"
    assert {fact.month for fact in reversals} == {"2026-10"}


async def test_a_reversal_before_the_seal_cancels_inside_the_approvals_month(desk: Desk) -> None:
    family = await move_in(desk)
    taught = await desk.teach(family.ira, family.meena, local("2026-09-30 17:00"))
    desk.clock.travel_to(local("2026-10-02 10:00"))
    await desk.reverse(taught["session"]["id"])
    await desk.asker.publish(PeriodClosing(month="2026-09"))
    (sealed,) = await desk.told(PeriodSealed, 1)
    assert (sealed.approvals, sealed.reversals) == (1, 1)


async def test_earlier_months_are_sealed_along_and_named_when_they_have_entries(desk: Desk) -> None:
    family = await move_in(desk)
    await desk.teach(family.ira, family.meena, local("2026-08-21 17:00"))
    await desk.asker.publish(PeriodClosing(month="2026-10"))
    late = await desk.teach(family.ira, family.meena, local("2026-08-22 17:00"))
    for month in ("2026-08", "2026-10"):
        await desk.asker.publish(PeriodClosing(month=month))
    first, august, again = await desk.told(PeriodSealed, 3)
    assert (first.month, first.approvals, first.earlier) == ("2026-10", 0, ["2026-08"])
    assert (august.month, august.approvals, august.earlier) == ("2026-08", 1, [])
    assert again == first
    assert late["session"]["billingMonth"] == "2026-11"
