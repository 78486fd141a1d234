"""The same request twice: the first result, and one effect."""

import pytest

from shared.contracts.packages import PackagePurchased, PersonChanged, SessionApproved, SessionReversed
from tests.asking import Refused
from tests.services.packages.desk import Desk, local, move_in


async def test_a_key_with_other_content_is_refused(desk: Desk) -> None:
    family = await move_in(desk)
    first = await desk.sell(family.asha, 10, "500", idempotencyKey="k")
    assert await desk.sell(family.asha, 10, "500.00", idempotencyKey="k") == first
    for sessions, price in ((11, "500"), (10, "501")):
        with pytest.raises(Refused) as refused:
            await desk.sell(family.asha, sessions, price, idempotencyKey="k")
        assert refused.value.code == "IDEMPOTENCY_KEY_REUSED"
    await desk.told(PackagePurchased, 1)


async def test_a_key_is_free_again_when_its_request_was_refused(desk: Desk) -> None:
    family = await move_in(desk)
    with pytest.raises(Refused):
        await desk.sell(family.asha, 0, "500", idempotencyKey="k")
    await desk.sell(family.asha, 10, "500", idempotencyKey="k")


async def test_a_key_of_one_use_case_is_not_another_ones(desk: Desk) -> None:
    family = await move_in(desk)
    await desk.sell(family.asha, 10, "500", idempotencyKey="k")
    offer = {"totalSessions": 10, "pricePerSession": {"amount": "500"}, "idempotencyKey": "k"}
    with pytest.raises(Refused) as refused:
        await desk.create("createPackageOffer", **offer)
    assert refused.value.code == "IDEMPOTENCY_KEY_REUSED"


async def test_what_once_was_sold_is_answered_when_it_could_not_be_sold_any_more(desk: Desk) -> None:
    family = await move_in(desk)
    first = await desk.sell(family.asha, 10, "500", expiresOn="2026-09-30", idempotencyKey="k")
    desk.clock.travel_to(local("2026-10-10 09:00"))
    assert await desk.sell(family.asha, 10, "500", expiresOn="2026-09-30", idempotencyKey="k") == first


async def test_a_person_who_comes_again(desk: Desk) -> None:
    first = await desk.create("createParent", name="Asha Rao", externalRef="crm-1")
    assert await desk.create("createParent", name=" Asha  Rao ", externalRef="crm-1") == first
    with pytest.raises(Refused) as refused:
        await desk.create("createParent", name="Asha Roy", externalRef="crm-1")
    assert refused.value.code == "EXTERNAL_REF_REUSED"
    assert "crm-1" in refused.value.errors[0]["message"]
    assert await desk.create("createTutor", name="Asha Rao", externalRef="crm-1") != first
    await desk.told(PersonChanged, 2)


async def test_a_session_that_comes_again(desk: Desk) -> None:
    family = await move_in(desk)
    first = await desk.log(family.ira, family.meena, local("2026-09-21 17:00"), externalRef="s-1")
    await desk.approve(first)
    assert await desk.log(family.ira, family.meena, local("2026-09-21 17:00"), externalRef="s-1") == first
    with pytest.raises(Refused) as refused:
        await desk.log(family.dev, family.meena, local("2026-09-21 17:00"), externalRef="s-1")
    assert refused.value.code == "EXTERNAL_REF_REUSED"


async def test_approving_again_answers_the_same(desk: Desk) -> None:
    family = await move_in(desk)
    await desk.sell(family.asha, 10, "500")
    first = await desk.teach(family.ira, family.meena, local("2026-09-21 17:00"))
    await desk.sell(family.asha, 10, "450", expiresOn="2026-12-31")
    assert await desk.approve(first["session"]["id"]) == first
    await desk.told(SessionApproved, 1)


async def test_a_reversal_is_once_and_its_key_answers_again(desk: Desk) -> None:
    family = await move_in(desk)
    taught = await desk.teach(family.ira, family.meena, local("2026-09-21 17:00"))
    query = """
        mutation($id: ID!, $key: String) {
            reverseSession(id: $id, reason: "ill", idempotencyKey: $key) { session { status } } }
    """
    for _ in range(2):
        answer = await desk.ask(query, id=taught["session"]["id"], key="r")
        assert answer["reverseSession"]["session"]["status"] == "REVERSED"
    with pytest.raises(Refused) as refused:
        await desk.ask(query, id=taught["session"]["id"])
    assert refused.value.code == "SESSION_NOT_REVERSIBLE"
    with pytest.raises(Refused) as refused:
        await desk.approve(taught["session"]["id"])
    assert refused.value.code == "SESSION_NOT_APPROVABLE"
    await desk.told(SessionReversed, 1)


async def test_the_keys_of_verdicts(desk: Desk) -> None:
    """What the key did once is answered, whatever became of the session since; a refused request leaves no key."""
    family = await move_in(desk)
    first, second = [await desk.log(family.ira, family.meena, local(f"2026-09-2{day} 17:00")) for day in (1, 2)]
    approve = "mutation($id: ID!, $k: String) { approveSession(id: $id, idempotencyKey: $k) { session { status } } }"
    batch = """mutation($ids: [ID!]!, $k: String) { approveSessions(ids: $ids, idempotencyKey: $k) {
        outcomes { id code session { status } } } }"""
    reject = """mutation($id: ID!, $why: String!, $k: String) {
        rejectSession(id: $id, reason: $why, idempotencyKey: $k) { session { status } } }"""
    assert (await desk.ask(approve, id=first, k="a"))["approveSession"]["session"]["status"] == "APPROVED"
    await desk.reverse(first)
    assert (await desk.ask(approve, id=first, k="a"))["approveSession"]["session"]["status"] == "REVERSED"
    for query, arguments in (
        (approve, {"id": second, "k": "a"}),
        (batch, {"ids": [first, second], "k": "a"}),
        (reject, {"id": second, "why": "no show", "k": "a"}),
    ):
        with pytest.raises(Refused) as refused:
            await desk.ask(query, **arguments)
        assert refused.value.code == "IDEMPOTENCY_KEY_REUSED"
    with pytest.raises(Refused, match="cannot be rejected"):
        await desk.ask(reject, id=first, why="no show", k="r")
    for _ in range(2):
        assert (await desk.ask(reject, id=second, why="no show", k="r"))["rejectSession"]
    with pytest.raises(Refused) as refused:
        await desk.ask(reject, id=second, why="they moved", k="r")
    assert refused.value.code == "IDEMPOTENCY_KEY_REUSED"
    third = await desk.log(family.ira, family.meena, local("2026-09-23 17:00"))
    once, again = [(await desk.ask(batch, ids=[third], k="b"))["approveSessions"] for _ in range(2)]
    assert once == again == {"outcomes": [{"id": third, "code": None, "session": {"status": "APPROVED"}}]}
    await desk.told(SessionApproved, 2)


async def test_an_update_that_changes_nothing_tells_nobody(desk: Desk) -> None:
    parent = await desk.create("createParent", name="Asha Rao", email="asha@example.org")
    query = "mutation($input: UpdatePersonInput!) { updatePerson(input: $input) { parent { name email } } }"
    await desk.ask(query, input={"id": parent, "name": "Asha Rao"})
    answer = await desk.ask(query, input={"id": parent, "name": "Asha Rao-Iyer", "email": ""})
    assert answer["updatePerson"]["parent"] == {"name": "Asha Rao-Iyer", "email": None}
    told = await desk.told(PersonChanged, 2)
    assert [(fact.version, fact.name) for fact in told] == [(1, "Asha Rao"), (2, "Asha Rao-Iyer")]
