"""Many hands on the same month and the same packages: everything is counted once, whoever comes first."""

import asyncio
from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from tests.oracle.conftest import Offices
from tests.oracle.office import Office, minor, open_office
from tests.oracle.steps import KOLKATA, Setting

NOVEMBER = Setting(KOLKATA, date(2026, 11, 2))
APPROVERS = 16
RATE, PRICE = 30_000, 50_000


async def a_month_to_approve(office: Office) -> tuple[str, list[str]]:
    """A parent with five sessions left and sixteen taught in October, none approved. The lot is charged in October."""
    office.clock.at = datetime(2026, 10, 1, 9, tzinfo=KOLKATA)
    parent, tutor = await office.parent("Asha Rao"), await office.tutor("Meena")
    child = await office.child(parent, "Ira")
    await office.set_rate(tutor, RATE, None, date(2026, 1, 1))
    await office.sell(parent, 5, PRICE)
    first = datetime(2026, 10, 5, 17, tzinfo=KOLKATA)
    starts = [first + timedelta(days=number) for number in range(APPROVERS)]
    sessions = [await office.log(child, tutor, start, as_addon=False, price=None) for start in starts]
    office.clock.at = NOVEMBER.begins_at
    return parent, sessions


async def assert_billed_once(office: Office, sessions: list[str]) -> None:
    """October and November together have every session once, five of them covered."""
    await office.run("2026-11", early=True)
    paid = [payout for month in ("2026-10", "2026-11") for payout in await office.payouts(month)]
    lines = [line for payout in paid for line in payout["lines"]]
    assert Counter(line["session"]["id"] for line in lines) == Counter(sessions)
    assert sum(minor(payout["netAmount"]) for payout in paid) == RATE * APPROVERS
    told = [each for month in ("2026-10", "2026-11") for each in await office.statements(month)]
    usage = [line for statement in told for line in statement.sessions]
    assert sum(statement.total_minor for statement in told) == PRICE * (5 + APPROVERS - 5)
    assert Counter(line.kind for each in told for line in each.charges) == {
        "PACKAGE_PURCHASE": 1,
        "OVERAGE_SESSION": APPROVERS - 5,
    }
    late = {str(line.session_id) for line in usage if line.late_from}
    assert late == {str(line.session_id) for each in told[1:] for line in each.sessions}
    for month in ("2026-10", "2026-11"):
        await office.verified(month)


@pytest.mark.parametrize("ahead", [0, 3, 9])
async def test_approvals_race_the_close_of_their_month(offices: Offices, ahead: int) -> None:
    """Two coordinators run October while sixteen others approve its sessions, some of them ahead."""
    async with offices(NOVEMBER) as office:
        _, sessions = await a_month_to_approve(office)
        done: list[str] = []
        enough = asyncio.Event()

        async def approve(session: str) -> None:
            assert await office.approve(session) == {session: None}
            done.append(session)
            if len(done) >= ahead:
                enough.set()

        async def run() -> Any:
            if ahead:
                await enough.wait()
            return await office.run("2026-10")

        first, second, *_ = await asyncio.gather(run(), run(), *map(approve, sessions))
        assert first == second
        assert first["sessionsCounted"] >= min(ahead, 1)
        await assert_billed_once(office, sessions)


async def test_two_processes_approve_and_run_the_same_month(offices: Offices) -> None:
    """Each has its own broker and its own connections; only the databases are the same."""
    async with offices(NOVEMBER) as office, open_office(office.settings, office.clock) as other:
        _, sessions = await a_month_to_approve(office)
        await office.settled()
        here, there = sessions[:10], sessions[6:]
        approved = (each.approve(session) for each, own in ((office, here), (other, there)) for session in own)
        outcomes = await asyncio.gather(*approved)
        assert {code for outcome in outcomes for code in outcome.values()} == {None}
        first, second = await asyncio.gather(office.run("2026-10"), other.run("2026-10"))
        assert first == second
        assert first["sessionsCounted"] == APPROVERS
        await office.settled()
        told = office.closed + other.closed
        assert [part.statement_count for part in told] == [1]
        (payout,) = await other.payouts("2026-10")
        assert minor(payout["netAmount"]) == RATE * APPROVERS


async def test_one_session_is_taken_back_once_by_many(offices: Offices) -> None:
    """Eight reverse it at once, while November is closed; one of them does."""
    async with offices(NOVEMBER) as office:
        _, sessions = await a_month_to_approve(office)
        await office.approve(*sessions)
        await office.run("2026-10")
        reversals = (office.reverse(sessions[-1]) for _ in range(8))
        *outcomes, _ = await asyncio.gather(*reversals, office.run("2026-11", early=True), return_exceptions=True)
        assert outcomes.count(None) == 1
        await office.run("2026-12", early=True)
        lines = [
            (line.kind, line.amount_minor)
            for month in ("2026-11", "2026-12")
            for statement in await office.statements(month)
            for line in statement.charges
            if line.session_id is not None
        ]
        assert lines == [("ADJUSTMENT", -PRICE)]
        paid = [payout for month in ("2026-11", "2026-12") for payout in await office.payouts(month)]
        assert [minor(payout["netAmount"]) for payout in paid] == [-RATE]
