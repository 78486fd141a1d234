"""Months close in order: empty ones too, and one that was passed over stays behind."""

from typing import Any

import pytest

from tests.asking import Refused
from tests.services.billing.desk import RUN, ClosedCycles, Desk
from tests.services.billing.packages_side import WorkedMonth, at

OPEN = """mutation ($month: Month!, $key: String) {
  openCycle(month: $month, idempotencyKey: $key) { billingCycle { id month status } }
}"""


async def refusal(desk: Desk, query: str, **variables: Any) -> tuple[str, object]:
    with pytest.raises(Refused) as refused:
        await desk.ask(query, **variables)
    return refused.value.code, refused.value.errors[0]["extensions"].get("month")


async def test_an_empty_month_closes_and_is_told(desk: Desk, invoicing: ClosedCycles) -> None:
    cycle = await desk.run("2026-07")
    counts = [cycle[f"{what}Count"] for what in ("statements", "payouts")]
    assert (cycle["status"], cycle["sessionsCounted"], counts) == ("CLOSED", 0, [0, 0])
    await desk.until(lambda: bool(invoicing.of("2026-07")))
    (part,) = invoicing.of("2026-07")
    assert (part.part, part.parts, part.statement_count, part.statements) == (1, 1, 0, [])
    check = await desk.ask('mutation { verifyCycle(month: "2026-07") { matches } }')
    assert check["verifyCycle"]["matches"] is True


async def test_a_month_that_nobody_opened_is_passed_over_for_good(desk: Desk) -> None:
    await desk.run("2026-07")
    await desk.run("2026-09")
    for query in (RUN, OPEN):
        assert await refusal(desk, query, month="2026-08") == ("CYCLE_CLOSED", "2026-08")
    assert await desk.database.value("SELECT count(*) FROM billing_cycle WHERE month = '2026-08'") == 0
    assert await refusal(desk, RUN, month="2026-06") == ("CYCLE_CLOSED", "2026-06")


async def test_a_month_that_somebody_opened_is_closed_first(desk: Desk) -> None:
    await desk.ask(OPEN, month="2026-08")
    assert await refusal(desk, RUN, month="2026-09") == ("EARLIER_CYCLE_OPEN", "2026-08")
    await desk.run("2026-08")
    assert (await desk.run("2026-09"))["status"] == "CLOSED"


async def test_a_month_whose_entries_are_all_on_their_way_is_closed_first(desk: Desk, month: WorkedMonth) -> None:
    """Packages knows of August, billing does not yet."""
    packages = month.packages
    august = packages.approve((month.asha, month.dev), month.omar, at("2026-08-20 17:00"), "ADDON", 10_000)
    desk.packages.sealed_along["2026-09"] = ["2026-08"]
    assert await refusal(desk, RUN, month="2026-09") == ("EARLIER_CYCLE_OPEN", "2026-08")
    await desk.hear([each for each in packages.approvals if each.session_id == august])
    assert (await desk.run("2026-08"))["sessionsCounted"] == 1
    assert (await desk.run("2026-09"))["sessionsCounted"] == 7


async def test_a_month_is_closed_early_when_asked_for_but_not_years_ahead(desk: Desk) -> None:
    for month in ("2026-09", "2026-10"):
        await desk.run(month)
    assert await refusal(desk, RUN, month="2027-11", early=True) == ("EARLIER_CYCLE_OPEN", "2026-11")
    for ahead in ("2027-12", "2062-10"):
        assert await refusal(desk, RUN, month=ahead, early=True) == ("PERIOD_NOT_ENDED", ahead)
    assert (await desk.ask(RUN, month="2026-11", early=True))["runMonthlyCycle"]["billingCycle"]["status"] == "CLOSED"


async def test_a_key_opens_one_month(desk: Desk) -> None:
    first = await desk.ask(OPEN, month="2027-01", key="january")
    assert await desk.ask(OPEN, month="2027-01", key="january") == first
    assert (await refusal(desk, OPEN, month="2027-02", key="january"))[0] == "IDEMPOTENCY_KEY_REUSED"
