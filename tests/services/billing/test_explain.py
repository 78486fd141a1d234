"""Why a session is, or is not, on an invoice and in a payout: every state, in fields and in words."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from services.billing.component import COMPONENT
from shared.auth.viewer import Role, Viewer
from shared.clock import TravellingClock
from shared.ids import new_id
from tests.asking import Refused
from tests.services.billing.conftest import Hosting
from tests.services.billing.desk import Desk
from tests.services.billing.packages_side import WorkedMonth, at

EXPLAIN = """
query ($reps: [_Any!]!) { _entities(representations: $reps) { ... on Session { explain {
  words month lateFrom cycle { month status }
  charge {
    state words rechargedIn
    line { month position kind amount { amount reason } discount { amount } cost { amount } }
    takenBack { month kind amount { amount } }
  }
  pay {
    state words line { kind amount { amount } lateFrom } payout { cycle { month } tutor { id } status }
    takenBack { kind amount { amount } } takenBackIn { cycle { month } }
  }
} } } }"""


async def explained(
    desk: Desk, session: UUID, viewer: Viewer | None = None, status: str = "APPROVED"
) -> dict[str, Any] | None:
    representation = {"__typename": "Session", "id": str(session), "status": status}
    (entity,) = (await desk.ask(EXPLAIN, viewer, reps=[representation]))["_entities"]
    return None if entity is None else entity["explain"]


async def states(desk: Desk, session: UUID, status: str = "APPROVED") -> tuple[str, str]:
    found = await explained(desk, session, status=status)
    assert found is not None
    assert found["words"].endswith(f"{found['charge']['words']} {found['pay']['words']}") or (
        found["words"] == found["charge"]["words"] == found["pay"]["words"]
    )
    return found["charge"]["state"], found["pay"]["state"]


def sessions_of(month: WorkedMonth) -> dict[str, UUID]:
    """October's, and the one after it, by their local dates."""
    return {f"{each.session_date:%m-%d}": each.session_id for each in month.packages.approvals}


async def test_what_billing_has_not_heard_of_is_told_by_its_status(desk: Desk) -> None:
    for status, state in [("LOGGED", "NOT_APPROVED"), ("REJECTED", "REJECTED"), ("APPROVED", "AWAITED")]:
        assert await states(desk, new_id(), status) == (state, state)


async def test_a_status_that_packages_cannot_have_is_refused(desk: Desk) -> None:
    with pytest.raises(Refused, match="INVALID_INPUT"):
        await explained(desk, new_id(), status="TAUGHT")


async def test_before_during_and_after_the_close(desk: Desk, month: WorkedMonth) -> None:
    october_10, covered = month.october_10, sessions_of(month)["10-02"]
    assert await states(desk, october_10) == ("OPEN", "OPEN")
    assert await states(desk, covered) == ("COVERED", "OPEN")
    await desk.run("2026-09")
    await desk.database.execute("UPDATE billing_cycle SET status = 'CLOSING', closing_by = 'c' WHERE month = '2026-10'")
    assert await states(desk, october_10) == ("CLOSING", "CLOSING")
    await desk.run("2026-10")
    assert await states(desk, covered) == ("COVERED", "BILLED")
    assert await explained(desk, october_10) == {
        "words": "It was charged as a session beyond the package on the invoice of 2026-10. It is in the tutor's payout"
        " of 2026-10.",
        "month": "2026-10",
        "lateFrom": None,
        "cycle": {"month": "2026-10", "status": "CLOSED"},
        "charge": {
            "state": "BILLED",
            "words": "It was charged as a session beyond the package on the invoice of 2026-10.",
            "rechargedIn": None,
            "line": {
                "month": "2026-10",
                "position": 3,
                "kind": "OVERAGE_SESSION",
                "amount": {"amount": "500.00", "reason": None},
                "discount": {"amount": "25.00"},
                "cost": {"amount": "475.00"},
            },
            "takenBack": None,
        },
        "pay": {
            "state": "BILLED",
            "words": "It is in the tutor's payout of 2026-10.",
            "line": {"kind": "SESSION", "amount": {"amount": "300.00"}, "lateFrom": None},
            "payout": {"cycle": {"month": "2026-10"}, "tutor": {"id": str(month.meena)}, "status": "PENDING"},
            "takenBack": None,
            "takenBackIn": None,
        },
    }


async def test_reversed_before_the_close_after_it_and_when_that_is_settled(
    desk: Desk, month: WorkedMonth, clock: TravellingClock
) -> None:
    packages, by_day = month.packages, sessions_of(month)
    addon, covered = by_day["10-31"], by_day["10-02"]
    packages.reverse(addon, "2026-10")
    await desk.hear(packages.reversals)
    assert await states(desk, addon) == ("CANCELLED", "CANCELLED")
    await desk.run("2026-09")
    await desk.run("2026-10")
    packages.reverse(month.october_10, "2026-11")
    packages.reverse(covered, "2026-11")
    await desk.hear(packages.reversals)
    assert await states(desk, addon) == ("CANCELLED", "CANCELLED")
    assert await states(desk, month.october_10) == ("TO_BE_TAKEN_BACK", "TO_BE_TAKEN_BACK")
    assert await states(desk, covered) == ("COVERED", "TO_BE_TAKEN_BACK")
    clock.travel_to(at("2026-12-01 10:00"))
    await desk.run("2026-11")
    assert await states(desk, covered) == ("COVERED", "TAKEN_BACK")
    found = await explained(desk, month.october_10)
    assert found is not None
    assert (found["charge"]["state"], found["pay"]["state"]) == ("TAKEN_BACK", "TAKEN_BACK")
    assert found["charge"]["takenBack"] == {"month": "2026-11", "kind": "ADJUSTMENT", "amount": {"amount": "-475.00"}}
    assert found["pay"]["takenBack"] == {"kind": "ADJUSTMENT", "amount": {"amount": "-300.00"}}
    assert found["pay"]["takenBackIn"] == {"cycle": {"month": "2026-11"}}
    assert "It was reversed afterwards. What it had cost was taken back on the invoice of 2026-11." in found["words"]


async def test_a_late_session_a_free_one_and_one_whose_tutor_has_no_rate(desk: Desk, month: WorkedMonth) -> None:
    packages, devs = month.packages, (month.asha, month.dev)
    tara = packages.person("Tara", "TUTOR")
    await desk.run("2026-09")
    late = packages.approve(devs, month.omar, at("2026-09-28 17:00"), "OVERAGE", 45_000, month="2026-10")
    free = packages.approve(devs, month.omar, at("2026-10-28 17:00"), "ADDON", 0)
    unpaid = packages.approve(devs, tara, at("2026-10-29 17:00"), "ADDON", 100)
    await desk.hear(packages.facts())
    assert await states(desk, unpaid) == ("OPEN", "NO_RATE")
    found = await explained(desk, late)
    assert found is not None
    assert (found["month"], found["lateFrom"]) == ("2026-10", "2026-09")
    assert found["words"].startswith("It was approved when 2026-09 could take no more, so 2026-10 bills it.")
    await desk.set_rate(tara, "100", "2026-10-01")
    await desk.run("2026-10")
    packages.reverse(free, "2026-11")
    await desk.hear(packages.reversals)
    assert await states(desk, free) == ("BILLED", "TO_BE_TAKEN_BACK")


async def test_a_voided_invoices_session_tells_where_its_charge_went(
    desk: Desk, month: WorkedMonth, clock: TravellingClock
) -> None:
    for name in ("2026-09", "2026-10"):
        await desk.run(name)
    voided = await desk.voided("2026-10", month.asha)
    await desk.hear([voided])
    assert await states(desk, month.october_10) == ("VOIDED", "BILLED")
    clock.travel_to(at("2026-12-01 10:00"))
    await desk.run("2026-11")
    found = await explained(desk, month.october_10)
    assert found is not None
    assert (found["charge"]["state"], found["charge"]["rechargedIn"]) == ("VOIDED", "2026-11")


async def test_each_side_is_told_to_those_who_may_see_it(desk: Desk, month: WorkedMonth) -> None:
    await desk.run("2026-09")
    await desk.run("2026-10")
    parent = await explained(desk, month.october_10, Viewer(str(month.asha), Role.PARENT))
    tutor = await explained(desk, month.october_10, Viewer(str(month.meena), Role.TUTOR))
    assert parent is not None
    assert tutor is not None
    assert (parent["charge"]["state"], parent["pay"], parent["words"]) == ("BILLED", None, parent["charge"]["words"])
    assert (tutor["pay"]["state"], tutor["charge"], tutor["words"]) == ("BILLED", None, tutor["pay"]["words"])
    strangers = [Viewer(str(month.omar), Role.TUTOR), Viewer(str(month.ira), Role.PARENT)]
    strangers += [Viewer(str(month.asha), Role.TUTOR), Viewer(str(month.meena), Role.PARENT)]
    for stranger in strangers:
        assert await explained(desk, month.october_10, stranger) == await explained(desk, uuid4(), stranger)


async def test_words_stay_and_amounts_go_while_money_is_frozen(
    hosting: Hosting, desk: Desk, month: WorkedMonth
) -> None:
    await desk.run("2026-09")
    await desk.run("2026-10")
    live = await explained(desk, month.october_10)
    async with hosting([COMPONENT]) as asker:
        frozen = await explained(Desk(asker, month.packages), month.october_10)
    assert live is not None
    assert frozen is not None
    assert frozen["words"] == live["words"]
    assert frozen["charge"]["line"]["amount"] == {"amount": None, "reason": "BETA_FREEZE"}
    assert frozen["pay"]["line"]["amount"] == {"amount": None}
