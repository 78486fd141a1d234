"""What a statement shows of the lots beside its charges."""

from datetime import date, timedelta

import pytest

from shared.clock import TravellingClock
from shared.contracts.packages import PackageRenewed
from tests.services.billing.desk import ClosedCycles, Desk
from tests.services.billing.packages_side import WorkedMonth, at

RENEWED_AT = at("2026-10-05 09:00")


@pytest.mark.parametrize("until", [date(2026, 12, 31), None])
@pytest.mark.parametrize("comes_first", [True, False])
async def test_a_lot_is_valid_until_the_day_that_it_was_last_given(
    desk: Desk,
    month: WorkedMonth,
    invoicing: ClosedCycles,
    clock: TravellingClock,
    until: date | None,
    comes_first: bool,
) -> None:
    """Whatever order its purchase and its renewals come in: one that had ended before the month is shown with it."""
    lot = month.packages.sell(month.asha, 8, 50_000, date(2026, 9, 1), expires_on=date(2026, 9, 30))
    purchase = month.packages.purchases[-1]
    earlier, later = (
        PackageRenewed(package_id=lot, parent_id=month.asha, expires_on=day, renewed_at=RENEWED_AT + timedelta(days=n))
        for n, day in enumerate([date(2026, 10, 3), until])
    )
    await desk.hear([later, earlier, purchase] if comes_first else [purchase, earlier, later])
    for closed in ("2026-09", "2026-10"):
        clock.travel_to(at("2026-11-02 10:00"))
        await desk.run(closed)
    await desk.until(lambda: bool(invoicing.of("2026-10")))
    (statement,) = [s for part in invoicing.of("2026-10") for s in part.statements if s.parent_id == month.asha]
    assert [each.expires_on for each in statement.packages if each.package_id == lot] == [until]
