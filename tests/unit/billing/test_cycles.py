"""When a month may close, what is missing before it does, and what a statement shows of a lot."""

from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from services.billing.domain.charges import late_from
from services.billing.domain.completeness import Missing, Tally, what_is_missing
from services.billing.domain.cycles import Blocker, require_ended, require_unblocked
from services.billing.domain.errors import CycleBlocked, PeriodNotEnded
from services.billing.domain.lots import Lot
from shared.period import Month

OCTOBER = Month(2026, 10)
KOLKATA = ZoneInfo("Asia/Kolkata")


def test_a_month_ends_at_midnight_on_the_organisations_wall() -> None:
    require_ended(OCTOBER, KOLKATA, datetime(2026, 10, 31, 18, 30, tzinfo=UTC), early=False)
    with pytest.raises(PeriodNotEnded, match="2026-11-01 00:00"):
        require_ended(OCTOBER, KOLKATA, datetime(2026, 10, 31, 18, 29, 59, tzinfo=UTC), early=False)


def test_a_running_month_closes_early_when_asked_to() -> None:
    require_ended(OCTOBER, KOLKATA, datetime(2026, 10, 2, tzinfo=UTC), early=True)


def test_every_blocker_is_named_with_its_sessions() -> None:
    blockers = [Blocker(UUID(int=1), "Meena", 5), Blocker(UUID(int=2), "Omar", 2)]
    with pytest.raises(CycleBlocked, match=r"Meena \(5\), Omar \(2\)") as refused:
        require_unblocked(OCTOBER, blockers)
    assert refused.value.details["blockers"] == [
        {"tutorId": str(UUID(int=1)), "tutorName": "Meena", "sessions": 5},
        {"tutorId": str(UUID(int=2)), "tutorName": "Omar", "sessions": 2},
    ]
    require_unblocked(OCTOBER, [])


SEEN = Tally(approvals=7, reversals=0, purchases=1, sum_minor=950_000)


def test_nothing_is_missing_when_counts_and_sum_agree() -> None:
    assert not what_is_missing(SEEN, SEEN)


@pytest.mark.parametrize(
    ("missing", "message"),
    [
        (Missing(seal=True), "the packages service has not sealed the month yet"),
        (what_is_missing(replace(SEEN, approvals=9, reversals=1), SEEN), "missing: 2 approvals, 1 reversals"),
        (what_is_missing(replace(SEEN, purchases=2, sum_minor=1), SEEN), "missing: 1 purchases"),
        (what_is_missing(replace(SEEN, sum_minor=950_001), SEEN), "the sums of the two services differ"),
        (Missing(people=3), "missing: 3 people"),
    ],
)
def test_what_is_missing_is_told_in_numbers(missing: Missing, message: str) -> None:
    assert missing
    assert str(missing) == message


def test_a_session_is_late_only_after_its_own_month() -> None:
    assert late_from(date(2026, 10, 28), OCTOBER.plus(1)) == "2026-10"
    assert late_from(date(2026, 10, 28), OCTOBER) is None


LOT = Lot(
    package_id=UUID(int=1),
    child_id=None,
    purchased_on=date(2026, 9, 20),
    charged_in=Month(2026, 9),
    expires_on=None,
    total_sessions=10,
    used_sessions=7,
    used_before=7,
    used_within=0,
)


@pytest.mark.parametrize(
    ("lot", "shown"),
    [
        (LOT, True),
        (replace(LOT, used_before=10, used_sessions=10), False),
        (replace(LOT, used_before=10, used_sessions=10, used_within=1), True),
        (replace(LOT, expires_on=date(2026, 9, 30)), False),
        (replace(LOT, expires_on=date(2026, 10, 1)), True),
        (replace(LOT, expires_on=date(2026, 9, 30), used_within=1), True),
        (replace(LOT, expires_on=date(2026, 9, 30), charged_in=OCTOBER), True),
    ],
)
def test_a_lot_is_shown_when_bought_or_used_in_the_month_or_still_usable_at_its_start(lot: Lot, shown: bool) -> None:
    assert lot.is_shown_in(OCTOBER) is shown
