from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.packages.domain.ledger import Balance, MovementKind, balance_of
from tests.unit.packages.builders import NOON, TODAY, lot


@given(st.lists(st.sampled_from(["use", "return", "expire", "reinstate"])))
def test_the_ledger_retells_the_lot(steps: list[str]) -> None:
    one = lot(expires_on=TODAY - timedelta(days=1))
    movements = [(MovementKind.PURCHASED, one.total_sessions)]
    for step in steps:
        if step == "use" and one.remaining:
            one = one.use(NOON)
            movements.append((MovementKind.USED, -1))
        elif step == "return" and one.used_sessions:
            one = one.take_back(TODAY)
            movements.append((MovementKind.RETURNED, 1))
        elif step == "expire" and one.remaining:
            movements.append((MovementKind.EXPIRED, -one.remaining))
            one = one.expire()
        elif step == "reinstate" and one.expired_sessions:
            movements.append((MovementKind.REINSTATED, one.expired_sessions))
            one = one.reinstate(TODAY)
    balance = balance_of(movements)
    assert balance == Balance(one.total_sessions, one.used_sessions, one.expired_sessions)
    assert balance.remaining == one.remaining == sum(sessions for _, sessions in movements) >= 0
