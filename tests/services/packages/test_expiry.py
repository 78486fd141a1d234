"""Expiry, its grace, extension, reinstatement, and the ledger that tells of all of it."""

import pytest

from services.packages.domain.ledger import Balance, MovementKind, balance_of
from services.packages.use_cases.expire_packages import expire_packages
from shared.contracts.packages import LowPackageRaised, LowPackageResolved, PackageRenewed
from tests.asking import Refused
from tests.services.packages.desk import Desk, local, move_in

EXTEND = """
    mutation($id: ID!, $on: Date) { extendPackage(input: {packageId: $id, expiresOn: $on, reason: "they were away"}) {
        sessionPackage { status remaining expiresOn movements(first: 100) { nodes { kind sessions reason } } } } }
"""

REINSTATE = """
    mutation($id: ID!, $on: Date, $key: String) {
        reinstatePackage(input: {packageId: $id, expiresOn: $on, reason: "we were closed", idempotencyKey: $key}) {
            sessionPackage { status remaining expiresOn } } }
"""


async def test_a_lot_pays_for_sessions_of_its_last_day_until_the_grace_is_over(desk: Desk) -> None:
    family = await move_in(desk)
    lot = await desk.sell(family.asha, 10, "500", expiresOn="2026-09-30")
    in_time = [await desk.log(family.ira, family.meena, local(f"2026-09-30 {hour}:59")) for hour in (22, 23)]
    next_day = await desk.log(family.ira, family.meena, local("2026-10-01 00:00"))

    desk.clock.travel_to(local("2026-10-07 23:59"))
    assert (await desk.approve(next_day))["session"]["coverage"] == "OVERAGE"
    answer = await desk.approve(in_time[0])
    assert answer["sessionPackage"] == {"id": lot, "usedSessions": 1, "remaining": 9, "status": "EXPIRED"}
    assert await expire_packages(desk.work()) == 0

    desk.clock.travel_to(local("2026-10-08 00:01"))
    assert (await desk.approve(in_time[1]))["session"]["coverage"] == "OVERAGE"
    assert await expire_packages(desk.work()) == 1
    assert await expire_packages(desk.work()) == 0
    package = await desk.package(lot)
    assert (package["usedSessions"], package["expiredSessions"], package["remaining"]) == (1, 9, 0)
    assert package["movements"]["nodes"][-1] == {"kind": "EXPIRED", "sessions": -9}


async def test_a_parent_whose_only_lot_expired_is_low_until_it_is_reinstated(desk: Desk) -> None:
    family = await move_in(desk)
    lot = await desk.sell(family.asha, 10, "500", expiresOn="2026-09-30")
    desk.clock.travel_to(local("2026-10-08 00:01"))
    await expire_packages(desk.work())
    extended = await desk.ask(EXTEND, id=lot, on="2026-10-31")
    package = extended["extendPackage"]["sessionPackage"]
    assert (package["status"], package["remaining"], package["expiresOn"]) == ("ACTIVE", 10, "2026-10-31")
    assert package["movements"]["nodes"][-1] == {"kind": "REINSTATED", "sessions": 10, "reason": "they were away"}
    await desk.teach(family.ira, family.meena, local("2026-10-09 17:00"))
    (raised,) = await desk.told(LowPackageRaised, 1)
    (resolved,) = await desk.told(LowPackageResolved, 1)
    assert (raised.remaining, resolved.remaining, resolved.alert_id) == (0, 10, raised.alert_id)


async def test_what_had_expired_is_reinstated_beside_a_session_that_came_back(desk: Desk) -> None:
    """The returned session has given the lot a last valid day ahead, which reinstating may keep."""
    family = await move_in(desk)
    lot = await desk.sell(family.asha, 10, "500", expiresOn="2026-09-30")
    taught = await desk.teach(family.ira, family.meena, local("2026-09-21 17:00"))
    with pytest.raises(Refused, match="nothing of this package has expired"):
        await desk.ask(REINSTATE, id=lot)
    desk.clock.travel_to(local("2026-10-08 00:01"))
    await expire_packages(desk.work())
    for on, code in ((None, "PACKAGE_EXPIRED"), ("2026-10-07", "PACKAGE_EXPIRED"), ("2026-09-29", "INVALID_INPUT")):
        with pytest.raises(Refused) as refused:
            await desk.ask(REINSTATE, id=lot, on=on)
        assert refused.value.code == code
    await desk.reverse(taught["session"]["id"])
    for _ in range(2):
        reinstated = await desk.ask(REINSTATE, id=lot, key="r")
        package = reinstated["reinstatePackage"]["sessionPackage"]
        assert (package["status"], package["remaining"], package["expiresOn"]) == ("ACTIVE", 10, "2026-10-22")
    ledger = (await desk.package(lot))["movements"]["nodes"]
    assert [(movement["kind"], movement["sessions"]) for movement in ledger[-3:]] == [
        ("EXPIRED", -9),
        ("RETURNED", 1),
        ("REINSTATED", 9),
    ]


async def test_billing_hears_of_every_other_last_valid_day(desk: Desk) -> None:
    """By an extension, and by a session that returns to a lot which has expired; not where the day stays."""
    family = await move_in(desk)
    extended = await desk.sell(family.asha, 10, "500", expiresOn="2026-09-30")
    await desk.ask(EXTEND, id=extended, on="2026-10-31")
    for _ in range(2):
        taught = await desk.teach(family.ira, family.meena, local("2026-10-21 17:00"))
        desk.clock.travel_to(local("2026-11-04 09:00"))
        await desk.reverse(taught["session"]["id"])
    await expire_packages(desk.work())
    told = await desk.told(PackageRenewed, 2)
    assert [(str(each.package_id), str(each.expires_on)) for each in told] == [
        (extended, "2026-10-31"),
        (extended, "2026-11-18"),
    ]
    assert told[0].renewed_at < told[1].renewed_at


async def test_an_extension_goes_forward_and_into_the_future(desk: Desk) -> None:
    family = await move_in(desk)
    expiring = await desk.sell(family.asha, 10, "500", expiresOn="2026-09-30")
    lasting = await desk.sell(family.asha, 10, "500")
    desk.clock.travel_to(local("2026-10-10 09:00"))
    for lot, extended_until, code in (
        (expiring, "2026-09-30", "INVALID_INPUT"),
        (expiring, "2026-10-09", "PACKAGE_EXPIRED"),
        (lasting, "2026-12-31", "INVALID_INPUT"),
    ):
        with pytest.raises(Refused) as refused:
            await desk.ask(EXTEND, id=lot, on=extended_until)
        assert refused.value.code == code


async def test_a_session_returns_to_its_lot_even_when_that_has_expired(desk: Desk) -> None:
    family = await move_in(desk)
    lot = await desk.sell(family.asha, 10, "500", expiresOn="2026-09-30")
    taught = await desk.teach(family.ira, family.meena, local("2026-09-21 17:00"))
    desk.clock.travel_to(local("2026-10-20 10:00"))
    await expire_packages(desk.work())
    await desk.reverse(taught["session"]["id"])
    package = await desk.package(lot)
    assert (package["remaining"], package["status"], package["expiresOn"]) == (1, "ACTIVE", "2026-11-03")
    again = await desk.teach(family.dev, family.meena, local("2026-11-03 17:00"))
    assert again["sessionPackage"]["id"] == lot

    package = await desk.package(lot)
    ledger = [(MovementKind(movement["kind"]), movement["sessions"]) for movement in package["movements"]["nodes"]]
    assert [kind for kind, _ in ledger] == ["PURCHASED", "USED", "EXPIRED", "RETURNED", "USED"]
    assert balance_of(ledger) == Balance(package["totalSessions"], package["usedSessions"], package["expiredSessions"])
    assert package["remaining"] == 0
