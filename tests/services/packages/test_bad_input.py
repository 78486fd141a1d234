"""Every refusal has its code, and leaves every table as it was."""

from dataclasses import asdict
from itertools import product
from typing import Any
from uuid import uuid4

from shared.auth.viewer import Role, Viewer
from tests.bad_input import contents, filled_in
from tests.services.packages.desk import Desk, Family, local, move_in

UNKNOWN = str(uuid4())
TABLES = (
    "person", "package_offer", "session_package", "session", "coverage", "reversal", "movement", "low_package_alert",
    "audit_entry", "idempotency_key",
)  # fmt: skip

CREATE_PARENT = "mutation($x: CreateParentInput!) { createParent(input: $x) { parent { id } } }"
CREATE_CHILD = "mutation($x: CreateChildInput!) { createChild(input: $x) { child { id } } }"
UPDATE = "mutation($x: UpdatePersonInput!) { updatePerson(input: $x) { parent { id } } }"
OFFER = "mutation($x: CreatePackageOfferInput!) { createPackageOffer(input: $x) { packageOffer { id } } }"
SELL = "mutation($x: CreatePackageInput!) { createPackage(input: $x) { sessionPackage { id } } }"
EXTEND = "mutation($x: ExtendPackageInput!) { extendPackage(input: $x) { sessionPackage { id } } }"
LOG = "mutation($x: LogSessionInput!) { logSession(input: $x) { session { id } } }"
APPROVE = "mutation($x: ID!) { approveSession(id: $x) { session { id } } }"
REJECT = 'mutation($x: ID!) { rejectSession(id: $x, reason: "no show") { session { id } } }'
REVERSE = 'mutation($x: ID!) { reverseSession(id: $x, reason: "ill") { session { id } } }'
REVERSE_WHY = "mutation($x: String!, $id: ID!) { reverseSession(id: $id, reason: $x) { session { id } } }"
ACKNOWLEDGE = "mutation($x: ID!) { acknowledgeAlert(id: $x) { lowPackageAlert { id } } }"

TEN = {"parentId": "@asha", "totalSessions": 10, "pricePerSession": {"amount": "500"}}
HOUR = {"childId": "@ira", "tutorId": "@meena", "startsAt": "2026-09-21T17:00:00+05:30", "durationMinutes": 60}

BAD: list[tuple[str, Any, str]] = [
    (CREATE_PARENT, {"name": " "}, "INVALID_INPUT"),
    (CREATE_PARENT, {"name": "A" * 300}, "INVALID_INPUT"),
    (CREATE_PARENT, {"name": "Asha", "email": "nobody"}, "INVALID_INPUT"),
    (CREATE_PARENT, {"name": "Asha", "externalRef": ""}, "INVALID_INPUT"),
    (CREATE_PARENT, {}, "GRAPHQL_INVALID"),
    (CREATE_CHILD, {"parentId": UNKNOWN, "name": "Ira"}, "NOT_FOUND"),
    (CREATE_CHILD, {"parentId": "@meena", "name": "Ira"}, "NOT_FOUND"),
    (CREATE_CHILD, {"parentId": "42", "name": "Ira"}, "INVALID_INPUT"),
    (UPDATE, {"id": UNKNOWN, "name": "Asha"}, "NOT_FOUND"),
    (UPDATE, {"id": "@asha", "name": ""}, "INVALID_INPUT"),
    (OFFER, {"totalSessions": 0, "pricePerSession": {"amount": "500"}}, "INVALID_INPUT"),
    (OFFER, {"totalSessions": 10, "pricePerSession": {"amount": "-1"}}, "INVALID_INPUT"),
    (OFFER, {"totalSessions": 10, "pricePerSession": {"amount": "1.005"}}, "INVALID_INPUT"),
    (OFFER, {"totalSessions": 10, "pricePerSession": {"amount": "500"}, "validityDays": 0}, "INVALID_INPUT"),
    (SELL, TEN | {"parentId": UNKNOWN}, "NOT_FOUND"),
    (SELL, TEN | {"parentId": "@ira"}, "NOT_FOUND"),
    (SELL, TEN | {"childId": UNKNOWN}, "NOT_FOUND"),
    (SELL, TEN | {"childId": "@stranger"}, "INVALID_INPUT"),
    (SELL, TEN | {"offerId": UNKNOWN}, "NOT_FOUND"),
    (SELL, TEN | {"totalSessions": -1}, "INVALID_INPUT"),
    (SELL, TEN | {"totalSessions": 2_000_000_000}, "INVALID_INPUT"),
    (SELL, TEN | {"pricePerSession": {"amount": "-500"}}, "INVALID_INPUT"),
    (SELL, TEN | {"pricePerSession": {"amount": "1e40"}}, "INVALID_INPUT"),
    (SELL, TEN | {"pricePerSession": {"amount": "500", "currency": "EUR"}}, "INVALID_INPUT"),
    (SELL, TEN | {"pricePerSession": {"amount": "500", "currency": "XXXX"}}, "INVALID_INPUT"),
    (SELL, TEN | {"discount": {}}, "INVALID_INPUT"),
    (SELL, TEN | {"discount": {"percent": "10", "amount": "10"}}, "INVALID_INPUT"),
    (SELL, TEN | {"discount": {"percent": "101"}}, "INVALID_INPUT"),
    (SELL, TEN | {"discount": {"percent": "0.001"}}, "INVALID_INPUT"),
    (SELL, TEN | {"discount": {"amount": "5001"}}, "INVALID_INPUT"),
    (SELL, TEN | {"goodwill": True}, "INVALID_INPUT"),
    (SELL, TEN | {"expiresOn": "2026-09-19"}, "PACKAGE_EXPIRED"),
    (SELL, TEN | {"expiresOn": "30/09/2026"}, "GRAPHQL_INVALID"),
    (SELL, TEN | {"idempotencyKey": ""}, "INVALID_INPUT"),
    (EXTEND, {"packageId": UNKNOWN, "expiresOn": "2026-12-31", "reason": "away"}, "NOT_FOUND"),
    (EXTEND, {"packageId": "@lot", "expiresOn": "2026-12-31", "reason": " "}, "INVALID_INPUT"),
    (LOG, HOUR | {"childId": UNKNOWN}, "NOT_FOUND"),
    (LOG, HOUR | {"childId": "@asha"}, "NOT_FOUND"),
    (LOG, HOUR | {"tutorId": UNKNOWN}, "NOT_FOUND"),
    (LOG, HOUR | {"tutorId": "@ira"}, "NOT_FOUND"),
    (LOG, HOUR | {"durationMinutes": 0}, "INVALID_INPUT"),
    (LOG, HOUR | {"durationMinutes": 1441}, "INVALID_INPUT"),
    (LOG, HOUR | {"startsAt": "2026-09-21T17:00:00"}, "INVALID_INPUT"),
    (LOG, HOUR | {"startsAt": "9999-12-31T23:59:59-12:00"}, "INVALID_INPUT"),
    (LOG, HOUR | {"addonPrice": {"amount": "-1"}}, "INVALID_INPUT"),
    (APPROVE, UNKNOWN, "NOT_FOUND"),
    (APPROVE, "@asha", "NOT_FOUND"),
    (APPROVE, "x", "INVALID_INPUT"),
    (REJECT, UNKNOWN, "NOT_FOUND"),
    (REJECT, "@approved", "SESSION_NOT_REJECTABLE"),
    (REVERSE, UNKNOWN, "NOT_FOUND"),
    (REVERSE, "@logged", "SESSION_NOT_REVERSIBLE"),
    (REVERSE_WHY, "", "INVALID_INPUT"),
    (REVERSE_WHY, "x" * 501, "INVALID_INPUT"),
    (ACKNOWLEDGE, UNKNOWN, "NOT_FOUND"),
]


async def names_of(desk: Desk) -> dict[str, str]:
    """What "@name" stands for in the table above."""
    family = await move_in(desk)
    other = await desk.create("createParent", name="Banu")
    return {
        **asdict(family),
        "stranger": await desk.create("createChild", parentId=other, name="Kabir"),
        "lot": await desk.sell(family.asha, 10, "500"),
        "approved": (await desk.teach(family.ira, family.meena, local("2026-09-20 17:00")))["session"]["id"],
        "logged": await desk.log(family.ira, family.meena, local("2026-09-22 17:00")),
    }


async def test_bad_input_is_named_and_changes_nothing(desk: Desk) -> None:
    names = await names_of(desk)
    desk.clock.travel_to(local("2026-09-20 20:00"))
    before = await contents(desk.asker.host.databases["packages"], TABLES)
    for query, argument, code in BAD:
        variables = {"x": filled_in(argument, names)} | ({"id": names["approved"]} if "$id" in query else {})
        answer = await desk.asker.answer("packages", query, **variables)
        codes = [error["extensions"]["code"] for error in answer.get("errors", [])]
        assert codes == [code], (query, argument, answer)
    assert await contents(desk.asker.host.databases["packages"], TABLES) == before


async def test_only_coordinators_change_things(desk: Desk) -> None:
    names = await names_of(desk)
    before = await contents(desk.asker.host.databases["packages"], TABLES)
    good = [
        (CREATE_PARENT, {"name": "Asha"}),
        (UPDATE, {"id": "@asha", "name": "Asha"}),
        (SELL, TEN),
        (EXTEND, {"packageId": "@lot", "expiresOn": None, "reason": "away"}),
        (LOG, HOUR),
        (APPROVE, "@logged"),
        (REJECT, "@logged"),
        (REVERSE, "@approved"),
        (ACKNOWLEDGE, UNKNOWN),
    ]
    viewers = [Viewer(names["omar"], role) for role in (Role.PARENT, Role.TUTOR, Role.SERVICE)]
    for viewer, (query, argument) in product(viewers, good):
        answer = await desk.asker.answer("packages", query, viewer, x=filled_in(argument, names))
        assert [error["extensions"]["code"] for error in answer["errors"]] == ["FORBIDDEN"], query
    assert await contents(desk.asker.host.databases["packages"], TABLES) == before


async def test_a_tutor_logs_own_sessions_at_no_price(desk: Desk) -> None:
    family: Family = await move_in(desk)
    meena = Viewer(family.meena, Role.TUTOR)
    hour = filled_in(HOUR, asdict(family))
    assert (await desk.ask(LOG, meena, x=hour))["logSession"]["session"]["id"]
    answer = await desk.asker.answer("packages", LOG, meena, x=hour | {"addonPrice": {"amount": "1"}})
    assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN"
