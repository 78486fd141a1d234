"""A tutor's payout adds up, and moves only forward."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.billing.domain.errors import PayoutNotPayable
from services.billing.domain.payouts import LinesOfKind, PayoutLineKind, PayoutStatus, add_up, require_move

MEENA, OMAR = UUID(int=1), UUID(int=2)
SESSION, ADDON, ADJUSTMENT, DEDUCTION = PayoutLineKind


def test_the_worked_month_pays_meena_and_omar() -> None:
    meenas = [LinesOfKind(SESSION, 4, 120_000), LinesOfKind(ADDON, 1, 35_000), LinesOfKind(DEDUCTION, 1, 10_000)]
    meena = add_up(MEENA, "INR", 30_000, meenas)
    assert (meena.sessions_completed, meena.addon_sessions) == (5, 1)
    assert (meena.gross_minor, meena.deductions_minor, meena.net_minor) == (155_000, 10_000, 145_000)
    omar = add_up(OMAR, "INR", 32_000, [LinesOfKind(SESSION, 2, 60_000)])
    assert (omar.sessions_completed, omar.addon_sessions, omar.net_minor) == (2, 0, 60_000)


def test_an_adjustment_lowers_the_gross_and_counts_no_session() -> None:
    payout = add_up(MEENA, "INR", 30_000, [LinesOfKind(SESSION, 1, 30_000), LinesOfKind(ADJUSTMENT, 1, -30_000)])
    assert (payout.sessions_completed, payout.gross_minor) == (1, 0)


@given(st.lists(st.builds(LinesOfKind, st.sampled_from(PayoutLineKind), st.integers(1, 9), st.integers(0, 10**9))))
def test_gross_is_what_the_sessions_earned_and_net_what_the_deductions_leave(lines: list[LinesOfKind]) -> None:
    payout = add_up(MEENA, "INR", 1, lines)
    earned = [each.amount_minor for each in lines if each.kind is not DEDUCTION]
    held_back = [each.amount_minor for each in lines if each.kind is DEDUCTION]
    sessions = sum(each.lines for each in lines if each.kind in {SESSION, ADDON})
    assert (payout.gross_minor, payout.net_minor) == (sum(earned), sum(earned) - sum(held_back))
    assert payout.addon_sessions <= payout.sessions_completed == sessions


@pytest.mark.parametrize(
    ("status", "target", "allowed"),
    [
        (PayoutStatus.PENDING, PayoutStatus.PROCESSED, True),
        (PayoutStatus.PROCESSED, PayoutStatus.PROCESSED, True),
        (PayoutStatus.PAID, PayoutStatus.PROCESSED, False),
        (PayoutStatus.PENDING, PayoutStatus.PAID, False),
        (PayoutStatus.PROCESSED, PayoutStatus.PAID, True),
        (PayoutStatus.PAID, PayoutStatus.PAID, False),
    ],
)
def test_a_payout_is_processed_then_paid_and_stays_so(
    status: PayoutStatus, target: PayoutStatus, allowed: bool
) -> None:
    if allowed:
        require_move({MEENA: status}, target)
    else:
        with pytest.raises(PayoutNotPayable, match=f"{MEENA} is {status}"):
            require_move({MEENA: status, OMAR: PayoutStatus.PROCESSED}, target)
