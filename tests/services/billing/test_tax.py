"""GST on statements, and what comes back of it."""

import json

import pytest

from shared.clock import TravellingClock
from tests.services.billing.desk import ClosedCycles, Desk
from tests.services.billing.packages_side import WorkedMonth, at


@pytest.fixture
def desk_settings() -> dict[str, object]:
    return {"BILLING_TAX_BASIS_POINTS": 1800, "BILLING_TAX_LABELS": "CGST,SGST"}


async def test_two_named_taxes_are_charged_and_come_back_with_what_is_reversed(
    desk: Desk, month: WorkedMonth, clock: TravellingClock, invoicing: ClosedCycles
) -> None:
    await desk.run("2026-09")
    await desk.run("2026-10")
    (october,) = await desk.statements_of("2026-10")
    named = [{"label": label, "amount_minor": 81_225} for label in ("CGST 9 %", "SGST 9 %")]
    assert json.loads(october["taxes"]) == named
    amounts = [october[f"{name}_minor"] for name in ("subtotal", "discount", "tax", "total")]
    assert amounts == [950_000, 47_500, 162_450, 1_064_950]
    lines = await desk.lines_of(october["id"])
    assert sum(line["tax_minor"] for line in lines) == 162_450
    await desk.until(lambda: bool(invoicing.of("2026-10")))
    (told,) = invoicing.of("2026-10")[0].statements
    assert [(each.label, each.amount_minor) for each in told.taxes] == [("CGST 9 %", 81_225), ("SGST 9 %", 81_225)]

    month.packages.reverse(month.october_10, "2026-11")
    await desk.hear(month.packages.reversals)
    clock.travel_to(at("2026-12-01 10:00"))
    await desk.run("2026-11")
    (november,) = await desk.statements_of("2026-11")
    (line,) = await desk.lines_of(november["id"])
    # 500 less 5 %, and 18 % on what is left
    assert (line["kind"], line["amount_minor"], line["tax_minor"]) == ("ADJUSTMENT", -56_050, 0)
    assert (november["tax_minor"], november["total_minor"]) == (0, -56_050)
