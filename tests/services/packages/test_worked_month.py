"""The worked month of the rules, as packages sees it."""

from typing import Any

from shared.contracts.billing import PeriodClosing
from shared.contracts.packages import (
    LowPackageRaised,
    LowPackageResolved,
    PackagePurchased,
    PeriodSealed,
    SessionApproved,
    SessionReversed,
)
from tests.services.packages.desk import Desk, Family, local, move_in


async def seven_sessions_of_september(desk: Desk, family: Family) -> str:
    lot_a = await desk.sell(family.asha, 10, "500")
    for day in range(21, 28):
        await desk.teach(family.ira, family.meena, local(f"2026-09-{day} 17:00"))
    return lot_a


def coverage(answer: dict[str, Any]) -> tuple[str, str | None, str]:
    session = answer["session"]
    return session["coverage"], session["price"]["amount"], session["billingMonth"]


async def test_october(desk: Desk) -> None:
    family = await move_in(desk)
    lot_a = await seven_sessions_of_september(desk, family)

    first = await desk.teach(family.ira, family.meena, local("2026-10-02 17:00"))
    assert (first["sessionPackage"]["usedSessions"], first["lowPackageAlert"]) == (8, None)

    second = await desk.teach(family.dev, family.meena, local("2026-10-05 17:00"))
    alert = second["lowPackageAlert"]
    assert (alert["remaining"], alert["totalSessions"], alert["status"]) == (1, 10, "OPEN")

    third = await desk.teach(family.dev, family.omar, local("2026-10-09 17:00"))
    assert third["sessionPackage"] == {"id": lot_a, "usedSessions": 10, "remaining": 0, "status": "EXHAUSTED"}
    assert third["lowPackageAlert"] == {**alert, "remaining": 0}

    overage = await desk.teach(family.ira, family.meena, local("2026-10-10 17:00"))
    assert coverage(overage) == ("OVERAGE", "500.00", "2026-10")

    desk.clock.travel_to(local("2026-10-12 11:00"))
    lot_b = await desk.sell(family.asha, 20, "450", childId=family.ira, discount={"percent": "10"})
    parent = await desk.ask(
        "query($id: ID!) { parent(id: $id) { remaining totalSessions lowPackageAlert { id } } }", id=family.asha
    )
    assert parent["parent"] == {"remaining": 20, "totalSessions": 20, "lowPackageAlert": None}

    from_b = await desk.teach(family.ira, family.meena, local("2026-10-15 17:00"))
    assert (from_b["sessionPackage"]["id"], from_b["sessionPackage"]["usedSessions"]) == (lot_b, 1)
    bound = await desk.teach(family.dev, family.omar, local("2026-10-20 17:00"))
    assert coverage(bound) == ("OVERAGE", "450.00", "2026-10")
    addon = await desk.teach(family.ira, family.meena, local("2026-10-31 23:30"), billedAsAddon=True)
    assert coverage(addon) == ("ADDON", "450.00", "2026-10")
    november = await desk.teach(family.ira, family.meena, local("2026-11-01 00:10"))
    assert coverage(november) == ("PACKAGE", "0.00", "2026-11")
    assert november["sessionPackage"]["usedSessions"] == 2

    late = await desk.log(family.dev, family.omar, local("2026-10-28 17:00"))
    await desk.asker.publish(PeriodClosing(month="2026-09"), PeriodClosing(month="2026-10"))
    desk.clock.travel_to(local("2026-11-03 10:00"))
    assert coverage(await desk.approve(late)) == ("OVERAGE", "450.00", "2026-11")
    desk.clock.travel_to(local("2026-11-05 10:00"))
    await desk.reverse(overage["session"]["id"])

    assert (await desk.package(lot_a))["usedSessions"] == 10
    approved = await desk.told(SessionApproved, 16)
    assert {fact.month for fact in approved if str(fact.session_id) == late} == {"2026-11"}
    (reversal,) = await desk.told(SessionReversed, 1)
    assert (reversal.month, reversal.package_id) == ("2026-11", None)
    (raised,) = await desk.told(LowPackageRaised, 1)
    assert (raised.remaining, raised.total_sessions, raised.parent_name) == (1, 10, "Asha Rao")
    (resolved,) = await desk.told(LowPackageResolved, 1)
    assert (resolved.alert_id, resolved.remaining, resolved.total_sessions) == (raised.alert_id, 20, 20)
    bought = await desk.told(PackagePurchased, 2)
    assert [(fact.month, fact.discount_minor) for fact in bought] == [("2026-09", 0), ("2026-10", 90_000)]
    september, october = sorted(await desk.told(PeriodSealed, 2), key=lambda seal: seal.month)
    assert (september.approvals, september.purchases, september.sum_minor) == (7, 1, 500_000)
    assert (october.approvals, october.reversals, october.purchases) == (7, 0, 1)
    assert october.sum_minor == 810_000 + 50_000 + 45_000 + 45_000
