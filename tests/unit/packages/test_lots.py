from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.packages.domain.lots import Lot, PackageStatus, first_to_burn
from tests.unit.packages.builders import DEV, IRA, NOON, TODAY, lot

YESTERDAY = TODAY - timedelta(days=1)


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({}, "ACTIVE"),
        ({"expires_on": TODAY}, "ACTIVE"),
        ({"expires_on": YESTERDAY}, "EXPIRED"),
        ({"used_sessions": 10}, "EXHAUSTED"),
        ({"used_sessions": 10, "expires_on": YESTERDAY}, "EXHAUSTED"),
        ({"used_sessions": 4, "expired_sessions": 6, "expires_on": TODAY}, "EXPIRED"),
    ],
)
def test_status(changes: dict[str, Any], status: str) -> None:
    assert lot(**changes).status(TODAY) == status


def test_burn_order_prefers_child_then_expiry_then_purchase_then_id() -> None:
    in_burn_order = [
        lot(9, child_id=IRA, expires_on=TODAY + timedelta(days=9)),
        lot(1, child_id=IRA),
        lot(8, expires_on=TODAY),
        lot(7, expires_on=TODAY + timedelta(days=1)),
        lot(2),
        lot(3),
        lot(4, purchased_at=lot(3).purchased_at),
    ]
    remaining = list(reversed(in_burn_order))
    for expected in in_burn_order:
        assert first_to_burn(remaining, IRA, TODAY, TODAY) == expected
        remaining.remove(expected)
    assert first_to_burn(remaining, IRA, TODAY, TODAY) is None


def test_a_lot_bound_to_another_child_is_not_touched() -> None:
    assert first_to_burn([lot(child_id=IRA)], DEV, TODAY, TODAY) is None


@pytest.mark.parametrize(
    ("session_date", "approved_on", "covered"),
    [
        (date(2026, 10, 10), date(2026, 10, 10), True),
        (date(2026, 10, 10), date(2026, 10, 17), True),
        (date(2026, 10, 10), date(2026, 10, 18), False),
        (date(2026, 10, 11), date(2026, 10, 11), False),
    ],
)
def test_the_last_valid_day_counts_by_the_session_and_the_grace_by_the_approval(
    session_date: date, approved_on: date, covered: bool
) -> None:
    expiring = lot(expires_on=date(2026, 10, 10))
    assert expiring.covers(IRA, session_date, approved_on) is covered


def test_a_last_valid_day_may_be_the_last_of_all_days() -> None:
    endless = lot(expires_on=date.max)
    assert endless.covers(IRA, TODAY, TODAY)
    assert endless.status(date.max) is PackageStatus.ACTIVE


def test_a_session_that_returns_to_an_expired_lot_gives_it_fourteen_days() -> None:
    expired = lot(used_sessions=4, expired_sessions=6, expires_on=YESTERDAY)
    returned = expired.take_back(TODAY)
    assert (returned.remaining, returned.expires_on) == (1, TODAY + timedelta(days=14))
    assert returned.status(TODAY) is PackageStatus.ACTIVE


def test_a_session_that_returns_to_a_valid_lot_changes_no_date() -> None:
    assert lot(used_sessions=4, expires_on=TODAY).take_back(TODAY).expires_on == TODAY


lots = st.builds(
    lambda number, total, used, expired, expires: lot(
        number,
        total_sessions=total,
        used_sessions=min(used, total),
        expired_sessions=min(expired, total - min(used, total)),
        expires_on=expires,
    ),
    st.integers(1, 28),
    st.integers(1, 12),
    st.integers(0, 12),
    st.integers(0, 12),
    st.none() | st.dates(date(2026, 9, 1), date(2026, 11, 30)),
)


@given(st.lists(lots, max_size=6), st.dates(date(2026, 9, 1), date(2026, 11, 30)))
def test_what_burns_never_goes_below_nothing(family: list[Lot], session_date: date) -> None:
    chosen = first_to_burn(family, IRA, session_date, TODAY)
    if chosen is None:
        assert not any(one.covers(IRA, session_date, TODAY) for one in family)
    else:
        used = chosen.use(NOON)
        assert used.remaining == chosen.remaining - 1 >= 0
        assert used.take_back(TODAY).used_sessions == chosen.used_sessions


@given(lots)
def test_expiring_leaves_nothing_and_reinstating_undoes_it(one: Lot) -> None:
    assert one.expire().remaining == 0
    assert one.expire().reinstate(None).remaining == one.total_sessions - one.used_sessions
