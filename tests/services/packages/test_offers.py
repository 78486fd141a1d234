"""The price list: larger packages may cost less a session; what leaves it is not sold any more."""

from typing import Any

import pytest

from shared.auth.viewer import Role, Viewer
from tests.asking import Refused
from tests.services.packages.desk import Desk, local, move_in

OFFERS = """query($w: Boolean! = false) {
    packageOffers(withdrawn: $w) { id name totalSessions validityDays withdrawnAt pricePerSession { amount } } }"""
WITHDRAW = """mutation($id: ID!, $why: String! = "a new price", $key: String) {
    withdrawPackageOffer(id: $id, reason: $why, idempotencyKey: $key) { packageOffer { withdrawnAt } } }"""
SOLD = (
    "query($id: ID!) { sessionPackage(id: $id) { totalSessions expiresOn pricePerSession { amount } cost { amount } } }"
)


async def tiers(desk: Desk) -> list[str]:
    return [
        await desk.create("createPackageOffer", totalSessions=size, pricePerSession={"amount": price}, **other)
        for size, price, other in (
            (20, "450", {"validityDays": 180}),
            (5, "550", {"name": "Five to try"}),
            (10, "500", {}),
        )
    ]


async def listed(desk: Desk, viewer: Viewer | None = None, **how: Any) -> list[tuple[int, str]]:
    offers = (await desk.ask(OFFERS, viewer, **how))["packageOffers"]
    return [(offer["totalSessions"], offer["pricePerSession"]["amount"]) for offer in offers]


async def test_the_list_is_by_size_and_a_sale_takes_its_terms(desk: Desk) -> None:
    family = await move_in(desk)
    twenty, five, _ = await tiers(desk)
    assert await listed(desk) == [(5, "550.00"), (10, "500.00"), (20, "450.00")]
    sold = [await desk.create("createPackage", parentId=family.asha, offerId=offer) for offer in (twenty, five)]
    assert [(await desk.ask(SOLD, id=lot))["sessionPackage"] for lot in sold] == [
        {
            "totalSessions": 20,
            "expiresOn": "2027-03-18",  # the 180th day from 2026-09-20 on
            "pricePerSession": {"amount": "450.00"},
            "cost": {"amount": "9000.00"},
        },
        {
            "totalSessions": 5,
            "expiresOn": None,
            "pricePerSession": {"amount": "550.00"},
            "cost": {"amount": "2750.00"},
        },
    ]


async def test_a_withdrawn_offer_sells_nothing_more_and_changes_nothing_sold(desk: Desk) -> None:
    family = await move_in(desk)
    twenty, *_ = await tiers(desk)
    lot = await desk.create("createPackage", parentId=family.asha, offerId=twenty)
    before = await desk.ask(SOLD, id=lot)
    first, again = [await desk.ask(WITHDRAW, id=twenty, key="w") for _ in range(2)]
    assert first == again
    assert await desk.ask(WITHDRAW, id=twenty) == first
    with pytest.raises(Refused, match="has been withdrawn") as refused:
        await desk.create("createPackage", parentId=family.asha, offerId=twenty)
    assert refused.value.code == "INVALID_INPUT"
    assert await listed(desk) == [(5, "550.00"), (10, "500.00")]
    assert await listed(desk, w=True) == [(5, "550.00"), (10, "500.00"), (20, "450.00")]
    assert await desk.ask(SOLD, id=lot) == before
    trail = '{ packagesAudit(filter: {action: "WITHDRAW_PACKAGE_OFFER"}) { nodes { reason amount { amount } } } }'
    nodes = (await desk.ask(trail))["packagesAudit"]["nodes"]
    assert nodes == [{"reason": "a new price", "amount": {"amount": "450.00"}}]


async def test_what_families_pay_is_not_for_tutors(desk: Desk) -> None:
    family = await move_in(desk)
    await tiers(desk)
    assert len(await listed(desk, Viewer(family.asha, Role.PARENT))) == 3
    assert await listed(desk, Viewer(family.meena, Role.TUTOR)) == []


async def test_a_goodwill_package_says_why(desk: Desk) -> None:
    family = await move_in(desk)
    gift = {"totalSessions": 2, "goodwill": True, "reason": "the tutor was late"}
    lot = await desk.create("createPackage", parentId=family.asha, **gift)
    assert (await desk.ask(SOLD, id=lot))["sessionPackage"]["cost"] == {"amount": "0.00"}
    trail = "query($f: AuditFilter) { packagesAudit(filter: $f) { nodes { action reason amount { amount } } } }"
    nodes = (await desk.ask(trail, f={"subjectId": lot}))["packagesAudit"]["nodes"]
    assert nodes == [{"action": "CREATE_PACKAGE", "reason": "the tutor was late", "amount": {"amount": "0.00"}}]


async def test_who_sees_a_rejected_session_sees_why(desk: Desk) -> None:
    family = await move_in(desk)
    session = await desk.log(family.ira, family.meena, local("2026-09-21 17:00"))
    reject = 'mutation($id: ID!) { rejectSession(id: $id, reason: "no show") { session { rejectionReason } } }'
    assert (await desk.ask(reject, id=session))["rejectSession"] == {"session": {"rejectionReason": "no show"}}
    seen = "query($id: ID!) { session(id: $id) { status rejectionReason } }"
    tutor = Viewer(family.meena, Role.TUTOR)
    assert (await desk.ask(seen, tutor, id=session))["session"] == {"status": "REJECTED", "rejectionReason": "no show"}
