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
CREATE_TUTOR = "mutation($x: CreateTutorInput!) { createTutor(input: $x) { tutor { id } } }"
CREATE_CHILD = "mutation($x: CreateChildInput!) { createChild(input: $x) { child { id } } }"
UPDATE = "mutation($x: UpdatePersonInput!) { updatePerson(input: $x) { parent { id } } }"
OFFER = "mutation($x: CreatePackageOfferInput!) { createPackageOffer(input: $x) { packageOffer { id } } }"
WITHDRAW = 'mutation($x: ID!) { withdrawPackageOffer(id: $x, reason: "old") { packageOffer { id } } }'
SELL = "mutation($x: CreatePackageInput!) { createPackage(input: $x) { sessionPackage { id } } }"
EXTEND = "mutation($x: ExtendPackageInput!) { extendPackage(input: $x) { sessionPackage { id } } }"
LOG = "mutation($x: LogSessionInput!) { logSession(input: $x) { session { id } } }"
APPROVE = "mutation($x: ID!) { approveSession(id: $x) { session { id } } }"
REJECT = 'mutation($x: ID!) { rejectSession(id: $x, reason: "no show") { session { id } } }'
REJECT_WHY = "mutation($x: String!, $id: ID!) { rejectSession(id: $id, reason: $x) { session { id } } }"
REJECT_KEY = """mutation($x: String!, $id: ID!) {
    rejectSession(id: $id, reason: "no show", idempotencyKey: $x) { session { id } } }"""
APPROVE_KEY = "mutation($x: String!, $id: ID!) { approveSession(id: $id, idempotencyKey: $x) { session { id } } }"
APPROVE_ALL = "mutation($x: [ID!]!) { approveSessions(ids: $x) { outcomes { code } } }"
REINSTATE = "mutation($x: ReinstatePackageInput!) { reinstatePackage(input: $x) { sessionPackage { id } } }"
REVERSE = 'mutation($x: ID!) { reverseSession(id: $x, reason: "ill") { session { id } } }'
REVERSE_WHY = "mutation($x: String!, $id: ID!) { reverseSession(id: $id, reason: $x) { session { id } } }"
ACKNOWLEDGE = "mutation($x: ID!) { acknowledgeAlert(id: $x) { lowPackageAlert { id } } }"

LONG_AGO = {"packageId": "@expired", "expiresOn": "2026-12-31", "reason": "away"}
TEN = {"parentId": "@asha", "totalSessions": 10, "pricePerSession": {"amount": "500"}}
GOODWILL = {"parentId": "@asha", "totalSessions": 2, "goodwill": True}
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
    (CREATE_PARENT, {"name": "A\0sha"}, "INVALID_INPUT"),
    (CREATE_PARENT, {"name": "Asha\u202e"}, "INVALID_INPUT"),
    (CREATE_PARENT, {"name": "Asha", "email": "a\0@example.org"}, "INVALID_INPUT"),
    (CREATE_PARENT, {"name": "Asha", "email": "a@" + "x" * 300}, "INVALID_INPUT"),
    (CREATE_PARENT, {"name": "Asha", "phone": "ring twice"}, "INVALID_INPUT"),
    (CREATE_PARENT, {"name": "Asha", "phone": "1" * 33}, "INVALID_INPUT"),
    (CREATE_PARENT, {"name": "Asha", "externalRef": "x" * 201}, "INVALID_INPUT"),
    (CREATE_PARENT, {"name": "Asha", "externalRef": "a\0"}, "INVALID_INPUT"),
    (CREATE_CHILD, {"parentId": "@ira", "name": "Ira"}, "NOT_FOUND"),
    (CREATE_CHILD, {"name": "Ira"}, "GRAPHQL_INVALID"),
    (CREATE_TUTOR, {"name": ""}, "INVALID_INPUT"),
    (CREATE_TUTOR, {"name": "Meena", "externalRef": " t"}, "INVALID_INPUT"),
    (UPDATE, {"id": "@lot", "name": "Asha"}, "NOT_FOUND"),
    (UPDATE, {"id": "x", "name": "Asha"}, "INVALID_INPUT"),
    (UPDATE, {"id": "@asha", "email": "nobody"}, "INVALID_INPUT"),
    (UPDATE, {"id": "@asha", "phone": "x"}, "INVALID_INPUT"),
    (OFFER, {"totalSessions": 10}, "GRAPHQL_INVALID"),
    (OFFER, {"totalSessions": 10_001, "pricePerSession": {"amount": "500"}}, "INVALID_INPUT"),
    (OFFER, {"totalSessions": 3_000_000_000, "pricePerSession": {"amount": "500"}}, "GRAPHQL_INVALID"),
    (OFFER, {"totalSessions": 10, "pricePerSession": {"amount": "1e15"}}, "INVALID_INPUT"),
    (OFFER, {"totalSessions": 10, "pricePerSession": {"amount": "500", "currency": "USD"}}, "INVALID_INPUT"),
    (OFFER, {"totalSessions": 10, "pricePerSession": {"amount": "500"}, "validityDays": 3_651}, "INVALID_INPUT"),
    (OFFER, {"totalSessions": 10, "pricePerSession": {"amount": "500"}, "name": "\0"}, "INVALID_INPUT"),
    (OFFER, {"totalSessions": 10, "pricePerSession": {"amount": "500"}, "idempotencyKey": "\0"}, "INVALID_INPUT"),
    (WITHDRAW, UNKNOWN, "NOT_FOUND"),
    (WITHDRAW, "@lot", "NOT_FOUND"),
    (SELL, TEN | {"reason": ""}, "INVALID_INPUT"),
    (SELL, {"parentId": "@asha"}, "INVALID_INPUT"),
    (SELL, {"parentId": "@asha", "totalSessions": 10}, "INVALID_INPUT"),
    (SELL, {"parentId": "@asha", "goodwill": True}, "INVALID_INPUT"),
    (SELL, GOODWILL | {"offerId": "@offer"}, "INVALID_INPUT"),
    (SELL, {"parentId": "@asha", "offerId": "@offer", "totalSessions": 11}, "INVALID_INPUT"),
    (SELL, TEN | {"offerId": "@offer"}, "INVALID_INPUT"),
    (SELL, TEN | {"parentId": "@meena"}, "NOT_FOUND"),
    (SELL, TEN | {"childId": "@asha"}, "NOT_FOUND"),
    (SELL, TEN | {"childId": "x"}, "INVALID_INPUT"),
    (SELL, TEN | {"totalSessions": 0}, "INVALID_INPUT"),
    (SELL, TEN | {"totalSessions": 10_000, "pricePerSession": {"amount": "9000000000"}}, "INVALID_INPUT"),
    (SELL, TEN | {"pricePerSession": {"amount": "500.001"}}, "INVALID_INPUT"),
    (SELL, TEN | {"pricePerSession": {"amount": "NaN"}}, "INVALID_INPUT"),
    (SELL, TEN | {"pricePerSession": {"amount": 0.1}}, "INVALID_INPUT"),
    (SELL, TEN | {"discount": {"percent": "0"}}, "INVALID_INPUT"),
    (SELL, TEN | {"discount": {"percent": "-5"}}, "INVALID_INPUT"),
    (SELL, TEN | {"discount": {"percent": "1e30"}}, "INVALID_INPUT"),
    (SELL, TEN | {"discount": {"amount": "0"}}, "INVALID_INPUT"),
    (SELL, TEN | {"discount": {"amount": "-1"}}, "INVALID_INPUT"),
    (
        SELL,
        TEN | {"pricePerSession": {"amount": "0"}, "discount": {"percent": "10"}, "goodwill": True},
        "INVALID_INPUT",
    ),
    (SELL, TEN | {"idempotencyKey": "k" * 201}, "INVALID_INPUT"),
    (EXTEND, {"packageId": "x", "expiresOn": "2026-12-31", "reason": "away"}, "INVALID_INPUT"),
    (EXTEND, {"packageId": "@lot", "expiresOn": "2026-12-31", "reason": "away"}, "INVALID_INPUT"),
    (EXTEND, {"packageId": "@lot", "expiresOn": "2026-02-29", "reason": "away"}, "GRAPHQL_INVALID"),
    (EXTEND, LONG_AGO | {"expiresOn": "2026-09-21"}, "INVALID_INPUT"),
    (EXTEND, LONG_AGO | {"reason": "a\0way"}, "INVALID_INPUT"),
    (EXTEND, LONG_AGO | {"reason": "x" * 501}, "INVALID_INPUT"),
    (EXTEND, LONG_AGO | {"idempotencyKey": ""}, "INVALID_INPUT"),
    (REINSTATE, LONG_AGO, "INVALID_INPUT"),
    (REINSTATE, {"packageId": UNKNOWN, "reason": "away"}, "NOT_FOUND"),
    (REINSTATE, {"packageId": "@asha", "reason": "away"}, "NOT_FOUND"),
    (REINSTATE, {"packageId": "@expired", "reason": ""}, "INVALID_INPUT"),
    (LOG, HOUR | {"childId": "x"}, "INVALID_INPUT"),
    (LOG, HOUR | {"durationMinutes": -60}, "INVALID_INPUT"),
    (LOG, HOUR | {"startsAt": "1999-12-31T00:00:00Z"}, "INVALID_INPUT"),
    (LOG, HOUR | {"startsAt": "2027-02-29T17:00:00Z"}, "GRAPHQL_INVALID"),
    (LOG, HOUR | {"startsAt": "0001-01-01T00:00:00+23:59"}, "INVALID_INPUT"),
    (LOG, HOUR | {"addonPrice": {"amount": "1e15"}}, "INVALID_INPUT"),
    (LOG, HOUR | {"addonPrice": {"amount": "1", "currency": "EUR"}}, "INVALID_INPUT"),
    (LOG, HOUR | {"externalRef": ""}, "INVALID_INPUT"),
    (LOG, HOUR | {"externalRef": "a\nb"}, "INVALID_INPUT"),
    (APPROVE, "@rejected", "SESSION_NOT_APPROVABLE"),
    (APPROVE, "@reversed", "SESSION_NOT_APPROVABLE"),
    (APPROVE_KEY, "", "INVALID_INPUT"),
    (APPROVE_ALL, ["x"], "INVALID_INPUT"),
    (APPROVE_ALL, [UNKNOWN] * 1_001, "INVALID_INPUT"),
    (REJECT, "@reversed", "SESSION_NOT_REJECTABLE"),
    (REJECT, "x", "INVALID_INPUT"),
    (REJECT_WHY, " ", "INVALID_INPUT"),
    (REJECT_WHY, "\0", "INVALID_INPUT"),
    (REJECT_KEY, "k" * 201, "INVALID_INPUT"),
    (REVERSE, "@reversed", "SESSION_NOT_REVERSIBLE"),
    (REVERSE, "@rejected", "SESSION_NOT_REVERSIBLE"),
    (REVERSE_WHY, "\0", "INVALID_INPUT"),
    (ACKNOWLEDGE, "x", "INVALID_INPUT"),
    (ACKNOWLEDGE, "@lot", "NOT_FOUND"),
]


async def names_of(desk: Desk) -> dict[str, str]:
    """What "@name" stands for in the table above."""
    family = await move_in(desk)
    other = await desk.create("createParent", name="Banu")
    rejected, reversed_ = [await desk.log(family.ira, family.meena, local(f"2026-09-1{day} 17:00")) for day in (1, 2)]
    await desk.ask(REJECT, x=rejected)
    await desk.approve(reversed_)
    await desk.reverse(reversed_)
    return {
        **asdict(family),
        "rejected": rejected,
        "reversed": reversed_,
        "offer": await desk.create("createPackageOffer", totalSessions=10, pricePerSession={"amount": "500"}),
        "expired": await desk.sell(family.asha, 10, "500", expiresOn="2026-09-21"),
        "stranger": await desk.create("createChild", parentId=other, name="Kabir"),
        "lot": await desk.sell(family.asha, 10, "500", childId=family.dev),
        "approved": (await desk.teach(family.ira, family.meena, local("2026-09-20 17:00")))["session"]["id"],
        "logged": await desk.log(family.ira, family.meena, local("2026-09-22 17:00")),
    }


async def test_bad_input_is_named_and_changes_nothing(desk: Desk) -> None:
    names = await names_of(desk)
    desk.clock.travel_to(local("2026-09-20 20:00"))
    before = await contents(desk.asker.host.databases["packages"], TABLES)
    for query, argument, code in BAD:
        about = names["logged" if query in (REJECT_WHY, REJECT_KEY, APPROVE_KEY) else "approved"]
        variables = {"x": filled_in(argument, names)} | ({"id": about} if "$id" in query else {})
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
        (REINSTATE, LONG_AGO),
        (WITHDRAW, "@offer"),
        (OFFER, {"totalSessions": 10, "pricePerSession": {"amount": "500"}}),
        (CREATE_CHILD, {"parentId": "@asha", "name": "Ira"}),
        (CREATE_TUTOR, {"name": "Meena"}),
        (APPROVE_ALL, ["@logged"]),
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
