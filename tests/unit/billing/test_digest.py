"""The fingerprint changes with every value that it covers, and with nothing else."""

import json
from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from services.billing.domain.accounts import Statement
from services.billing.domain.charges import Charge
from services.billing.domain.payouts import LinesOfKind, PayoutLineKind, add_up
from services.billing.domain.statements import Bill, Line
from services.billing.domain.totals import RunningTotals

PARENT, TUTOR = UUID(int=1), UUID(int=2)
CHARGE = Charge(
    kind="OVERAGE_SESSION", description="x", day=date(2026, 10, 10), unit_price_minor=50_000, session_id=UUID(int=3)
)
BILL = Bill((Line(CHARGE, 2_500, 0),), (), ())
EARNED = LinesOfKind(PayoutLineKind.SESSION, 1, 30_000)
LINE = json.dumps(["pay", "SESSION", str(UUID(int=3)), None, "2026-10-10", 30_000], separators=(",", ":"))


def fingerprint(
    bill: Bill = BILL, earned: LinesOfKind = EARNED, line: str = LINE, ordinal: int = 1, statement_id: int = 8
) -> str:
    totals = RunningTotals("INR")
    totals.take_statement(Statement(UUID(int=statement_id), ordinal, PARENT, bill))
    totals.take_payout(add_up(TUTOR, "INR", 30_000, [earned]), [line])
    return totals.totals().sha256


def test_the_same_values_give_the_same_fingerprint_under_whatever_row_identifiers() -> None:
    assert fingerprint() == fingerprint(statement_id=9)
    assert len(fingerprint()) == 64


@pytest.mark.parametrize(
    "changed",
    [
        fingerprint(Bill((Line(CHARGE, 2_499, 0),), (), ())),
        fingerprint(Bill((Line(CHARGE, 2_500, 1),), (), ())),
        fingerprint(Bill((Line(replace(CHARGE, day=date(2026, 10, 11)), 2_500, 0),), (), ())),
        fingerprint(Bill((Line(replace(CHARGE, session_id=None, package_id=UUID(int=3)), 2_500, 0),), (), ())),
        fingerprint(earned=replace(EARNED, amount_minor=30_001)),
        fingerprint(earned=replace(EARNED, kind=PayoutLineKind.ADDON_SESSION)),
        fingerprint(line=LINE.replace("30000", "30001")),
        fingerprint(ordinal=2),
    ],
)
def test_another_value_gives_another_fingerprint(changed: str) -> None:
    assert changed != fingerprint()
