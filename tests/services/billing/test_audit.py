"""Who did what about cycles and pay, when, why, and about how much."""

from typing import Any

import pytest

from services.billing.component import COMPONENT
from shared.auth.viewer import Role, Viewer
from tests.asking import Refused
from tests.services.billing.conftest import Hosting
from tests.services.billing.desk import Desk
from tests.services.billing.packages_side import WorkedMonth

TRAIL = """
query ($filter: AuditFilter, $first: Int) {
  billingAudit(filter: $filter, first: $first) {
    totalCount nodes { action subjectId reason doneBy amount { amount reason } }
  }
}"""
STEPS = """
mutation ($ids: [ID!]!) {
  markPayoutsProcessed(ids: $ids) { payouts { id } }
  markPayoutsPaid(input: { ids: $ids, reference: "UTR 1" }) {
    payouts { processedBy paidBy processedAt paidAt reference }
  }
}"""
WHO = "query ($id: ID!) { payout(id: $id) { status processedBy paidBy } }"


async def pay_october(desk: Desk, month: WorkedMonth) -> tuple[str, dict[str, Any]]:
    """Omar's payout and what is said of it once it is paid."""
    await desk.run("2026-09")
    await desk.run("2026-10")
    payout = str((await desk.payout_of("2026-10", month.omar))["id"])
    (paid,) = (await desk.ask(STEPS, ids=[payout]))["markPayoutsPaid"]["payouts"]
    return payout, paid


async def trail(asker: Any, **arguments: Any) -> dict[str, Any]:
    found: dict[str, Any] = (await asker.ask("billing", TRAIL, **arguments))["billingAudit"]
    return found


async def test_the_trail_says_what_was_done_and_about_how_much(desk: Desk, month: WorkedMonth) -> None:
    payout, _ = await pay_october(desk, month)
    entries = (await trail(desk.asker, first=100))["nodes"]
    assert {each["doneBy"] for each in entries} == {desk.asker.viewer.subject}
    told = sorted((each["action"], (each["amount"] or {}).get("amount") or "") for each in entries)
    assert told == [
        ("ADD_DISCOUNT_RULE", ""),
        ("ADD_PAYOUT_DEDUCTION", "100.00"),
        ("CLOSE_CYCLE", ""),
        ("CLOSE_CYCLE", ""),
        ("MARK_PAYOUT_PAID", "600.00"),
        ("MARK_PAYOUT_PROCESSED", "600.00"),
        ("SET_TUTOR_RATE", "280.00"),
        ("SET_TUTOR_RATE", "300.00"),
        ("SET_TUTOR_RATE", "300.00"),
        ("SET_TUTOR_RATE", "320.00"),
        ("SET_TUTOR_RATE", "350.00"),
    ]
    paid = (await trail(desk.asker, filter={"action": "MARK_PAYOUT_PAID"}))["nodes"]
    assert [(each["subjectId"], each["reason"]) for each in paid] == [(payout, "UTR 1")]


async def test_amounts_are_frozen_and_the_trail_is_not(hosting: Hosting, desk: Desk) -> None:
    async with hosting([COMPONENT]) as asker:
        found = await trail(asker, filter={"action": "ADD_PAYOUT_DEDUCTION"})
    assert [each["amount"] for each in found["nodes"]] == [{"amount": None, "reason": "BETA_FREEZE"}]
    assert (await trail(desk.asker))["totalCount"] == 7


async def test_a_corrected_rate_leaves_the_one_it_corrects_in_the_trail(desk: Desk, month: WorkedMonth) -> None:
    for rate in ("40", "400"):
        await desk.set_rate(month.omar, rate, "2026-12-01")
    found = (await trail(desk.asker, first=2))["nodes"]
    assert sorted(each["amount"]["amount"] for each in found) == ["40.00", "400.00"]
    assert {each["reason"] for each in found} == {f"tutor {month.omar} from 2026-12-01"}


async def test_who_processed_and_paid_a_payout_and_when_is_kept(desk: Desk, month: WorkedMonth) -> None:
    payout, paid = await pay_october(desk, month)
    coordinator = desk.asker.viewer.subject
    assert (paid["processedBy"], paid["paidBy"], paid["reference"]) == (coordinator, coordinator, "UTR 1")
    assert {paid[f"{step}At"][:13] for step in ("processed", "paid")} == {"2026-11-02T04"}
    told = (await desk.ask(WHO, Viewer(str(month.omar), Role.TUTOR), id=payout))["payout"]
    assert told == {"status": "PAID", "processedBy": None, "paidBy": None}


@pytest.mark.parametrize("role", [Role.PARENT, Role.TUTOR])
async def test_the_trail_is_for_coordinators(desk: Desk, month: WorkedMonth, role: Role) -> None:
    with pytest.raises(Refused, match="FORBIDDEN"):
        await desk.ask(TRAIL, Viewer(str(month.omar), role))
