from fractions import Fraction
from itertools import accumulate
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from services.packages.domain.alerts import LowLine, Standing
from services.packages.domain.approval import approve_in_order
from services.packages.domain.coverage import TaughtSession
from services.packages.domain.organisation import Organisation
from tests.unit.packages.builders import DEV, IRA, NOON, lot, rupees, session

ORGANISATION = Organisation(ZoneInfo("Asia/Kolkata"), rupees(600), LowLine(Fraction("0.20")))

sessions = st.lists(
    st.builds(
        lambda number, child, addon: session(number, child_id=child, billed_as_addon=addon),
        st.integers(1, 40),
        st.sampled_from([IRA, DEV]),
        st.booleans(),
    ),
    unique_by=lambda one: one.id,
    max_size=30,
)


@given(sessions)
def test_all_at_once_is_one_by_one(taught: list[TaughtSession]) -> None:
    lots = {one.id: one for one in (lot(1, total_sessions=3), lot(2, total_sessions=2, child_id=IRA), lot(3))}
    together = approve_in_order(taught, lots.values(), ORGANISATION, NOON)
    approvals, standings = [], []
    for number, one in enumerate(sorted(taught, key=lambda each: (each.starts_at, each.id))):
        alone = approve_in_order([one], lots.values(), ORGANISATION, NOON.replace(microsecond=number))
        lots |= {changed.id: changed for changed in alone.changed}
        approvals += [(done.session.id, done.coverage.kind, done.coverage.price) for done in alone.approvals]
        standings += alone.standings
    assert [(done.session.id, done.coverage.kind, done.coverage.price) for done in together.approvals] == approvals
    assert together.standings == standings
    assert {changed.id: changed.used_sessions for changed in together.changed} == {
        one.id: one.used_sessions for one in lots.values() if one.used_sessions
    }


def test_each_deduction_leaves_its_standing() -> None:
    outcome = approve_in_order([session(n) for n in range(1, 5)], [lot(1, total_sessions=3)], ORGANISATION, NOON)
    left = accumulate([2, -1, -1])
    assert outcome.standings == [Standing(remaining, 3) for remaining in left]
    assert [approval.coverage.kind for approval in outcome.approvals] == ["PACKAGE"] * 3 + ["OVERAGE"]
