"""DOMAIN's worked month, through the real use cases, to the paisa: October, and November after it."""

import asyncio
from datetime import date

from shared.clock import TravellingClock
from tests.services.billing.desk import ClosedCycles, Desk
from tests.services.billing.packages_side import WorkedMonth, at


async def close_september_and_october(desk: Desk) -> dict[str, object]:
    await desk.run("2026-09")
    return await desk.run("2026-10")


async def test_october_comes_to_what_the_domain_says(desk: Desk, month: WorkedMonth) -> None:
    cycle = await close_september_and_october(desk)
    assert cycle["status"] == "CLOSED"
    assert (cycle["sessionsCounted"], cycle["statementsCount"], cycle["payoutsCount"]) == (7, 1, 2)
    assert (cycle["invoicedTotal"], cycle["payoutTotal"]) == ({"amount": "9025.00"}, {"amount": "2050.00"})
    (statement,) = await desk.statements_of("2026-10")
    amounts = [statement[f"{name}_minor"] for name in ("subtotal", "discount", "tax", "total")]
    assert amounts == [950_000, 47_500, 0, 902_500]
    lines = await desk.lines_of(statement["id"])
    assert [(line["kind"], line["amount_minor"], line["discount_minor"]) for line in lines] == [
        ("PACKAGE_PURCHASE", 810_000, 40_500),
        ("ADDON_SESSION", 45_000, 2_250),
        ("OVERAGE_SESSION", 50_000, 2_500),
        ("OVERAGE_SESSION", 45_000, 2_250),
    ]
    meena = await desk.payout_of("2026-10", month.meena)
    assert (meena["sessions_completed"], meena["addon_sessions"]) == (5, 1)
    assert (meena["gross_minor"], meena["net_minor"]) == (155_000, 145_000)
    omar = await desk.payout_of("2026-10", month.omar)
    assert (omar["sessions_completed"], omar["addon_sessions"], omar["net_minor"]) == (2, 0, 60_000)


async def test_octobers_statement_goes_out_with_its_usage(
    desk: Desk, month: WorkedMonth, invoicing: ClosedCycles
) -> None:
    await close_september_and_october(desk)
    await desk.until(lambda: bool(invoicing.of("2026-10")))
    (part,) = invoicing.of("2026-10")
    assert (part.part, part.parts, part.statement_count) == (1, 1, 1)
    (statement,) = part.statements
    assert (statement.parent_name, statement.children) == ("Asha Rao", ["Ira", "Dev"])
    assert [usage.coverage for usage in statement.sessions] == [
        *("PACKAGE", "PACKAGE", "PACKAGE", "OVERAGE", "PACKAGE", "OVERAGE", "ADDON")
    ]
    assert statement.sessions[-1].starts_at == at("2026-10-31 23:30")
    assert [(lot.package_id, lot.used_sessions, lot.total_sessions) for lot in statement.packages] == [
        (month.lot_a, 10, 10),
        (month.lot_b, 1, 20),
    ]
    assert [(each.label, each.amount_minor) for each in statement.discounts] == [("Sibling discount", 47_500)]
    assert statement.charges[0].child_name == "Ira"


async def november(desk: Desk, month: WorkedMonth, clock: TravellingClock) -> dict[str, object]:
    """The late session of 10-28 and the reversal of 10-10, both after October's close."""
    packages = month.packages
    packages.approve((month.asha, month.dev), month.omar, at("2026-10-28 17:00"), "OVERAGE", 45_000, month="2026-11")
    packages.reverse(month.october_10, "2026-11")
    await desk.hear([packages.reversals[-1], packages.approvals[-1]])
    clock.travel_to(at("2026-12-01 00:00"))
    return await desk.run("2026-11")


async def test_november_has_the_late_session_and_takes_back_the_reversed_one(
    desk: Desk, month: WorkedMonth, clock: TravellingClock, invoicing: ClosedCycles
) -> None:
    october = await close_september_and_october(desk)
    before = await desk.statements_of("2026-10")
    await november(desk, month, clock)
    (statement,) = await desk.statements_of("2026-11")
    lines = await desk.lines_of(statement["id"])
    assert [(line["kind"], line["amount_minor"], line["discount_minor"]) for line in lines] == [
        ("OVERAGE_SESSION", 45_000, 2_250),
        ("ADJUSTMENT", -47_500, 0),
    ]
    assert "late from 2026-10" in lines[0]["description"]
    assert (lines[1]["session_id"], statement["total_minor"]) == (month.october_10, -4_750)
    omar = await desk.payout_of("2026-11", month.omar)
    meena = await desk.payout_of("2026-11", month.meena)
    assert (omar["sessions_completed"], omar["gross_minor"]) == (1, 32_000)
    assert (meena["sessions_completed"], meena["gross_minor"]) == (1, 0)
    assert await desk.statements_of("2026-10") == before
    assert (await desk.run("2026-10"))["sha256"] == october["sha256"]
    await desk.until(lambda: bool(invoicing.of("2026-11")))
    late = {usage.late_from for usage in invoicing.of("2026-11")[0].statements[0].sessions}
    assert late == {None, "2026-10"}
    shown = [(lot.package_id, lot.used_sessions) for lot in invoicing.of("2026-11")[0].statements[0].packages]
    assert shown == [(month.lot_b, 2)]


async def test_a_lot_bought_later_is_shown_where_it_paid_for_a_session(
    desk: Desk, month: WorkedMonth, invoicing: ClosedCycles
) -> None:
    """A session of October, approved in November from a lot bought then, before October was closed."""
    packages = month.packages
    later = packages.sell(month.asha, 10, 50_000, date(2026, 11, 1))
    packages.approve((month.asha, month.dev), month.omar, at("2026-10-30 17:00"), "PACKAGE", package_id=later)
    await desk.hear([packages.approvals[-1]])
    await desk.run("2026-09")
    run = asyncio.create_task(desk.run("2026-10"))
    await desk.hear([packages.purchases[-1]])
    await run
    await desk.until(lambda: bool(invoicing.of("2026-10")))
    shown = {lot.package_id: lot.used_sessions for lot in invoicing.of("2026-10")[0].statements[0].packages}
    assert shown[later] == 1


async def test_a_negative_total_is_carried_to_the_next_statement_once(
    desk: Desk, month: WorkedMonth, clock: TravellingClock
) -> None:
    await close_september_and_october(desk)
    await november(desk, month, clock)
    month.packages.sell(month.asha, 5, 50_000, date(2026, 12, 3))
    await desk.hear([month.packages.purchases[-1]])
    clock.travel_to(at("2027-02-01 00:00"))
    await desk.run("2026-12")
    (december,) = await desk.statements_of("2026-12")
    lines = await desk.lines_of(december["id"])
    assert [(line["kind"], line["amount_minor"]) for line in lines] == [
        ("PACKAGE_PURCHASE", 250_000),
        ("ADJUSTMENT", -4_750),
    ]
    assert december["total_minor"] == 250_000 - 12_500 - 4_750
    january = await desk.run("2027-01")
    assert january["statementsCount"] == 0


async def test_a_reversal_within_its_own_month_leaves_no_trace_of_the_session(desk: Desk, month: WorkedMonth) -> None:
    month.packages.reverse(month.october_10, "2026-10")
    await desk.hear([month.packages.reversals[-1]])
    cycle = await close_september_and_october(desk)
    assert cycle["sessionsCounted"] == 6
    assert (await desk.payout_of("2026-10", month.meena))["gross_minor"] == 125_000
    (statement,) = await desk.statements_of("2026-10")
    assert month.october_10 not in [line["session_id"] for line in await desk.lines_of(statement["id"])]


async def test_the_preview_gives_the_numbers_and_the_hash_that_the_run_stores(desk: Desk) -> None:
    await desk.run("2026-09")
    query = """{ previewCycle(month: "2026-10") {
        sessionsCounted statementsCount payoutsCount sha256 invoicedTotal { amount } payoutTotal { amount }
        blockers { tutorName } } }"""
    preview = (await desk.ask(query))["previewCycle"]
    assert await desk.statements_of("2026-10") == []
    cycle = await desk.run("2026-10")
    assert preview == {name: cycle[name] for name in preview if name != "blockers"} | {"blockers": []}
    assert (await desk.ask(query))["previewCycle"] == preview


async def test_a_goodwill_lot_is_shown_and_never_charged(
    desk: Desk, month: WorkedMonth, invoicing: ClosedCycles
) -> None:
    lot = month.packages.sell(month.asha, 2, 0, date(2026, 10, 25), goodwill=True)
    await desk.hear([month.packages.purchases[-1]])
    await close_september_and_october(desk)
    (october,) = await desk.statements_of("2026-10")
    assert october["subtotal_minor"] == 950_000
    await desk.until(lambda: bool(invoicing.of("2026-10")))
    assert lot in [shown.package_id for shown in invoicing.of("2026-10")[0].statements[0].packages]


async def test_a_voided_invoices_charges_are_on_the_next_statement_once(
    desk: Desk, month: WorkedMonth, clock: TravellingClock
) -> None:
    await close_september_and_october(desk)
    voided = await desk.voided("2026-10", month.asha)
    await desk.hear([voided, voided])
    clock.travel_to(at("2027-01-01 00:00"))
    for name in ("2026-11", "2026-12"):
        await desk.run(name)
    (november,) = await desk.statements_of("2026-11")
    (line,) = await desk.lines_of(november["id"])
    assert (line["kind"], line["description"]) == ("ADJUSTMENT", "Charges of voided invoice NV/2627/000002")
    assert (line["amount_minor"], november["total_minor"]) == (902_500, 902_500)
    assert await desk.statements_of("2026-12") == []
