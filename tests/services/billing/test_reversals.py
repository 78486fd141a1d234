"""What a reversal after the close gives back and takes back, whatever kind of session it was and however it came."""

from typing import Any
from uuid import UUID

from shared.clock import TravellingClock
from tests.services.billing.desk import ADD_DEDUCTION, Desk
from tests.services.billing.packages_side import WorkedMonth, at

STEPS = """
mutation ($ids: [ID!]!) {
  markPayoutsProcessed(ids: $ids) { payouts { id } }
  markPayoutsPaid(input: { ids: $ids, reference: "returned in cash" }) { payouts { status netAmount { amount } } }
}"""


async def close(desk: Desk, *months: str) -> None:
    for name in months:
        await desk.run(name)


async def charges(desk: Desk, month: str) -> list[tuple[str, int]]:
    """The kinds and amounts of a month with one statement, or none."""
    statements = await desk.statements_of(month)
    lines = await desk.lines_of(statements[0]["id"]) if statements else []
    return [(line["kind"], line["amount_minor"]) for line in lines]


async def pay_of(desk: Desk, month: str, tutor: UUID) -> dict[str, Any]:
    payout = await desk.payout_of(month, tutor)
    names = ("sessions_completed", "gross_minor", "deductions_minor", "net_minor")
    return {name: payout[name] for name in names}


async def test_a_reversal_that_comes_before_its_approval_is_taken_back_all_the_same(
    desk: Desk, month: WorkedMonth, clock: TravellingClock
) -> None:
    """The approval is October's and was closed with it; only the messages come in the other order."""
    packages = month.packages
    await close(desk, "2026-09")
    devs = (month.asha, month.dev)
    late = packages.approve(devs, month.omar, at("2026-09-28 17:00"), "OVERAGE", 40_000, month="2026-10")
    packages.reverse(late, "2026-11")
    await desk.hear(packages.reversals)
    await desk.hear(packages.approvals)
    await close(desk, "2026-10")
    assert ("OVERAGE_SESSION", 40_000) in await charges(desk, "2026-10")
    clock.travel_to(at("2026-12-01 10:00"))
    await close(desk, "2026-11")
    assert await charges(desk, "2026-11") == [("ADJUSTMENT", -38_000)]
    # Omar earned 280 for it, by the rate of its own date
    assert (await pay_of(desk, "2026-11", month.omar))["gross_minor"] == -28_000


async def test_a_payout_below_nothing_says_so_and_is_settled_like_any_other(
    desk: Desk, month: WorkedMonth, clock: TravellingClock
) -> None:
    packages = month.packages
    await close(desk, "2026-09", "2026-10")
    omars = [each.session_id for each in packages.approvals if each.tutor_id == month.omar]
    for session in omars:
        packages.reverse(session, "2026-11")
    await desk.hear(packages.reversals)
    await desk.ask(ADD_DEDUCTION, tutor=month.omar, month="2026-11", amount="50")
    await desk.set_rate(month.omar, "999", "2026-11-01")
    clock.travel_to(at("2027-01-01 10:00"))
    await close(desk, "2026-11", "2026-12")
    # the covered session cost the parent nothing, and earned Omar like the other
    assert await charges(desk, "2026-11") == [("ADJUSTMENT", -42_750)]
    pay = await pay_of(desk, "2026-11", month.omar)
    assert pay == {"sessions_completed": 0, "gross_minor": -60_000, "deductions_minor": 5_000, "net_minor": -65_000}
    payout = str((await desk.payout_of("2026-11", month.omar))["id"])
    paid = (await desk.ask(STEPS, ids=[payout]))["markPayoutsPaid"]["payouts"]
    assert paid == [{"status": "PAID", "netAmount": {"amount": "-650.00"}}]
    assert await desk.database.value("SELECT count(*) FROM payout WHERE tutor_id = $1", month.omar) == 2


async def test_what_is_on_a_voided_invoice_comes_back_whole_and_is_taken_back_once(
    desk: Desk, month: WorkedMonth, clock: TravellingClock
) -> None:
    await close(desk, "2026-09", "2026-10")
    voided = await desk.voided("2026-10", month.asha)
    month.packages.reverse(month.october_10, "2026-11")
    await desk.hear([*month.packages.reversals, voided])
    clock.travel_to(at("2026-12-01 10:00"))
    await close(desk, "2026-11")
    assert sorted(await charges(desk, "2026-11")) == [("ADJUSTMENT", -47_500), ("ADJUSTMENT", 902_500)]
