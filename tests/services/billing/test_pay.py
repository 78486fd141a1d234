"""Tutors' pay: rates, deductions, payouts and who sees what of them."""

import asyncio
from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest

from services.billing.component import COMPONENT
from shared.auth.viewer import MONEY_READ, Role, Viewer
from shared.clock import TravellingClock
from shared.contracts.billing import PayoutPaid
from shared.ids import new_id
from shared.messaging import arrivals
from shared.messaging.envelope import Event
from tests.asking import Refused
from tests.services.billing.conftest import Hosting
from tests.services.billing.desk import ADD_DEDUCTION, SET_RATE, Desk
from tests.services.billing.packages_side import WorkedMonth, at

PAY = """
query ($reps: [_Any!]!, $month: Month) {
  _entities(representations: $reps) { ... on Tutor {
    id ratePerSession { amount reason }
    currentPay(month: $month) {
      month sessionsCompleted addonSessions grossAmount { amount } netAmount { amount } status
    }
    payouts { totalCount nodes { cycle { month } netAmount { amount } } }
  } }
}"""
PAYOUTS = """
query ($filter: PayoutFilter, $first: Int, $after: String) {
  payouts(filter: $filter, first: $first, after: $after) {
    totalCount pageInfo { hasNextPage endCursor } nodes { id tutor { id } cycle { month } status }
  }
}"""
PAYOUT = """
query ($id: ID!) { payout(id: $id) {
  netAmount { amount display reason } deductions { label amount { amount } }
  lines { kind date lateFrom session { id } amount { amount } }
} }"""
PROCESS = """
mutation ($ids: [ID!]!, $key: String) {
  markPayoutsProcessed(ids: $ids, idempotencyKey: $key) { payouts { status } }
}"""
PAY_OUT = """
mutation ($ids: [ID!]!, $reference: String!, $key: String) {
  markPayoutsPaid(input: { ids: $ids, reference: $reference, idempotencyKey: $key }) { payouts { status reference } }
}"""


def tutor(person_id: UUID) -> Viewer:
    return Viewer(str(person_id), Role.TUTOR)


async def pay_of(desk: Desk, tutors: list[UUID], month: str | None, viewer: Viewer | None = None) -> list[Any]:
    representations = [{"__typename": "Tutor", "id": str(each)} for each in tutors]
    entities: list[Any] = (await desk.ask(PAY, viewer=viewer, reps=representations, month=month))["_entities"]
    return entities


async def close_two_months(desk: Desk) -> None:
    await desk.run("2026-09")
    await desk.run("2026-10")


async def test_pay_so_far_becomes_the_payout_when_the_month_closes(desk: Desk, month: WorkedMonth) -> None:
    (so_far,) = await pay_of(desk, [month.meena], "2026-10")
    assert so_far["currentPay"] == {
        "month": "2026-10",
        "sessionsCompleted": 5,
        "addonSessions": 1,
        "grossAmount": {"amount": "1550.00"},
        "netAmount": {"amount": "1450.00"},
        "status": None,
    }
    await close_two_months(desk)
    closed, omar = await pay_of(desk, [month.meena, month.omar], "2026-10")
    assert closed["currentPay"] == so_far["currentPay"] | {"status": "PENDING"}
    assert [node["cycle"]["month"] for node in closed["payouts"]["nodes"]] == ["2026-10", "2026-09"]
    assert (omar["ratePerSession"]["amount"], omar["payouts"]["totalCount"]) == ("320.00", 1)


async def test_the_present_month_is_the_default_and_a_tutor_without_rate_has_none(
    desk: Desk, month: WorkedMonth
) -> None:
    tara = month.packages.person("Tara", "TUTOR")
    await desk.hear(month.packages.people)
    (meena, idle) = await pay_of(desk, [month.meena, tara], None)
    assert (meena["currentPay"]["month"], meena["currentPay"]["sessionsCompleted"]) == ("2026-11", 1)
    assert idle["ratePerSession"] == {"amount": None, "reason": "NO_RATE"}
    assert idle["currentPay"]["sessionsCompleted"] == 0


async def test_a_tutor_sees_own_pay_and_nobody_elses(desk: Desk, month: WorkedMonth) -> None:
    await close_two_months(desk)
    own, other = await pay_of(desk, [month.meena, month.omar], "2026-10", tutor(month.meena))
    assert own["currentPay"]["netAmount"]["amount"] == "1450.00"
    assert other is None
    listed = (await desk.ask(PAYOUTS, viewer=tutor(month.omar)))["payouts"]
    assert [node["tutor"]["id"] for node in listed["nodes"]] == [str(month.omar)]
    hidden = (await desk.ask(PAYOUTS, viewer=tutor(month.omar), filter={"tutorId": str(month.meena)}))["payouts"]
    assert (hidden["totalCount"], hidden["nodes"]) == (0, [])
    meenas = str((await desk.payout_of("2026-10", month.meena))["id"])
    assert (await desk.ask(PAYOUT, viewer=tutor(month.omar), id=meenas))["payout"] is None
    nobodys = (await desk.ask(PAYOUTS, viewer=Viewer(str(month.asha), Role.PARENT)))["payouts"]
    assert (nobodys["totalCount"], nobodys["nodes"]) == (0, [])


async def test_a_payout_tells_its_lines_and_deductions(desk: Desk, month: WorkedMonth) -> None:
    await close_two_months(desk)
    meenas = str((await desk.payout_of("2026-10", month.meena))["id"])
    payout = (await desk.ask(PAYOUT, viewer=tutor(month.meena), id=meenas))["payout"]
    assert payout["deductions"] == [{"label": "Materials", "amount": {"amount": "100.00"}}]
    earned = [(line["kind"], line["amount"]["amount"]) for line in payout["lines"]]
    assert earned == [("ADDON_SESSION", "350.00"), *[("SESSION", "300.00")] * 4]


async def test_payouts_are_paged_in_a_stable_order(desk: Desk) -> None:
    await close_two_months(desk)
    first = (await desk.ask(PAYOUTS, first=2))["payouts"]
    rest = (await desk.ask(PAYOUTS, first=2, after=first["pageInfo"]["endCursor"]))["payouts"]
    assert (first["totalCount"], first["pageInfo"]["hasNextPage"], rest["pageInfo"]["hasNextPage"]) == (3, True, False)
    assert [node["cycle"]["month"] for node in first["nodes"] + rest["nodes"]] == ["2026-10", "2026-10", "2026-09"]
    october = (await desk.ask(PAYOUTS, filter={"month": "2026-10", "status": "PENDING"}))["payouts"]
    assert october["totalCount"] == 2


async def test_payouts_are_processed_then_paid_and_the_tutors_are_told(desk: Desk, month: WorkedMonth) -> None:
    await close_two_months(desk)
    told: list[PayoutPaid] = []

    async def note(events: Sequence[Event]) -> None:
        told.extend(msgspec.json.decode(event.body, type=PayoutPaid) for event in events)

    await desk.asker.host.broker.subscribe("bot", [PayoutPaid.TOPIC], note)
    ids = [str((await desk.payout_of("2026-10", each))["id"]) for each in (month.meena, month.omar)]
    with pytest.raises(Refused, match="PAYOUT_NOT_PAYABLE"):
        await desk.ask(PAY_OUT, ids=ids, reference="UTR 1")
    await desk.ask(PROCESS, ids=ids)
    await desk.ask(PROCESS, ids=ids[:1])
    paid = await desk.ask(PAY_OUT, ids=ids, reference="UTR 1", key="pay")
    assert paid["markPayoutsPaid"]["payouts"] == [{"status": "PAID", "reference": "UTR 1"}] * 2
    assert await desk.ask(PAY_OUT, ids=ids, reference="UTR 1", key="pay") == paid
    for key, reference, code in [("pay", "UTR 2", "IDEMPOTENCY_KEY_REUSED"), ("again", "UTR 1", "PAYOUT_NOT_PAYABLE")]:
        with pytest.raises(Refused, match=code):
            await desk.ask(PAY_OUT, ids=ids, reference=reference, key=key)
    with pytest.raises(Refused, match="PAYOUT_NOT_PAYABLE"):
        await desk.ask(PROCESS, ids=ids)
    await desk.until(lambda: len(told) == 2)
    assert {(each.tutor_id, each.net_minor) for each in told} == {(month.meena, 145_000), (month.omar, 60_000)}


async def test_an_unknown_payout_stops_them_all(desk: Desk, month: WorkedMonth) -> None:
    await close_two_months(desk)
    known = str((await desk.payout_of("2026-10", month.omar))["id"])
    with pytest.raises(Refused, match="NOT_FOUND"):
        await desk.ask(PROCESS, ids=[known, str(new_id())])
    assert (await desk.payout_of("2026-10", month.omar))["status"] == "PENDING"


async def test_a_rate_that_would_change_a_closed_payout_is_refused(desk: Desk, month: WorkedMonth) -> None:
    await close_two_months(desk)
    with pytest.raises(Refused, match="CYCLE_CLOSED"):
        await desk.set_rate(month.omar, "900", "2026-10-20")
    await desk.set_rate(month.omar, "900", "2026-10-21")
    await desk.set_rate(month.omar, "270", "2025-12-01")
    with pytest.raises(Refused, match="CYCLE_CLOSED"):
        await desk.ask(ADD_DEDUCTION, tutor=month.omar, month="2026-10", amount="1")


async def test_a_deduction_waits_for_the_next_payout_there_is(
    desk: Desk, month: WorkedMonth, clock: TravellingClock
) -> None:
    await desk.ask(ADD_DEDUCTION, tutor=month.omar, month="2026-09", amount="50")
    await close_two_months(desk)
    omar = await desk.payout_of("2026-10", month.omar)
    assert (omar["deductions_minor"], omar["net_minor"]) == (5_000, 55_000)
    clock.travel_to(at("2026-12-02 10:00"))
    assert (await desk.run("2026-11"))["payoutsCount"] == 1


@pytest.mark.parametrize(
    ("rate", "code"), [("-1", "INVALID_INPUT"), ("0.001", "INVALID_INPUT"), ("1e30", "INVALID_INPUT")]
)
async def test_a_wrong_rate_is_refused(desk: Desk, month: WorkedMonth, rate: str, code: str) -> None:
    with pytest.raises(Refused, match=code):
        await desk.set_rate(month.omar, rate, "2026-12-01")


async def test_unknown_people_are_refused(desk: Desk) -> None:
    with pytest.raises(Refused, match="NOT_FOUND"):
        await desk.set_rate(uuid4(), "100", "2026-12-01")


async def test_who_was_made_a_moment_ago_is_waited_for_as_long_as_the_word_takes(
    desk: Desk, month: WorkedMonth, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arrivals, "PATIENCE_SECONDS", 0.0)
    tara = month.packages.person("Tara", "TUTOR")
    setting = asyncio.create_task(desk.set_rate(tara, "100", "2026-12-01"))
    await asyncio.wait([setting], timeout=0.3)
    assert not setting.done()
    await desk.hear(month.packages.facts())
    await setting
    with pytest.raises(Refused, match="NOT_FOUND"):
        await desk.set_rate(month.asha, "100", "2026-12-01")  # known, and no tutor: nothing to wait for


async def test_a_rate_key_gives_the_first_rate(desk: Desk, month: WorkedMonth) -> None:
    asked: dict[str, Any] = {"tutor": month.omar, "rate": "400", "start": "2026-12-01", "key": "rate"}
    first = await desk.ask(SET_RATE, **asked)
    assert await desk.ask(SET_RATE, **asked) == first
    with pytest.raises(Refused, match="IDEMPOTENCY_KEY_REUSED"):
        await desk.ask(SET_RATE, **asked | {"rate": "401"})


async def test_a_key_that_comes_again_another_day_gives_the_first_rate(
    desk: Desk, month: WorkedMonth, clock: TravellingClock
) -> None:
    """Without a date the rate is valid from the day on which it was first asked for."""
    query = """mutation ($tutor: ID!) { setTutorRate(input: { tutorId: $tutor, ratePerSession: { amount: "400" },
        idempotencyKey: "raise" }) { tutorRate { id validFrom } } }"""
    first = await desk.ask(query, tutor=month.omar)
    assert first["setTutorRate"]["tutorRate"]["validFrom"] == "2026-11-02"
    clock.travel_to(at("2026-11-03 00:01"))
    assert await desk.ask(query, tutor=month.omar) == first


async def test_a_second_rate_from_the_same_date_corrects_the_first(desk: Desk, month: WorkedMonth) -> None:
    asked: dict[str, Any] = {"tutor": month.omar, "start": "2026-12-01"}
    wrong = (await desk.ask(SET_RATE, rate="40", **asked))["setTutorRate"]["tutorRate"]
    right = (await desk.ask(SET_RATE, rate="400", **asked))["setTutorRate"]["tutorRate"]
    assert (right["id"], right["ratePerSession"]["amount"]) == (wrong["id"], "400.00")


async def test_only_coordinators_change_anything(desk: Desk, month: WorkedMonth) -> None:
    for viewer in (tutor(month.omar), Viewer(str(month.asha), Role.PARENT), Viewer("machine", Role.SERVICE)):
        with pytest.raises(Refused, match="FORBIDDEN"):
            await desk.ask(SET_RATE, viewer=viewer, tutor=month.omar, rate="900", start="2026-12-01")


async def test_a_parent_may_know_a_cycle_but_not_what_it_came_to(desk: Desk, month: WorkedMonth) -> None:
    cycle = await desk.run("2026-09")
    query = "query ($reps: [_Any!]!) { _entities(representations: $reps) { ... on BillingCycle { month status %s } } }"
    reps = [{"__typename": "BillingCycle", "id": cycle["id"]}]
    parent = Viewer(str(month.asha), Role.PARENT)
    seen = await desk.ask(query % "closedAt", viewer=parent, reps=reps)
    assert (seen["_entities"][0]["month"], seen["_entities"][0]["status"]) == ("2026-09", "CLOSED")
    overview = "statementsCount payoutsCount sha256 closedBy invoicedTotal { available reason }"
    (unseen,) = (await desk.ask(query % overview, viewer=parent, reps=reps))["_entities"]
    hidden = dict.fromkeys(("statementsCount", "payoutsCount", "sha256", "closedBy"))
    assert unseen == hidden | {
        "month": "2026-09",
        "status": "CLOSED",
        "invoicedTotal": {"available": False, "reason": "NOT_FOUND"},
    }
    overview = '{ billingCycle(month: "2026-09") { id } billingCycles { totalCount nodes { id } } }'
    unseen = await desk.ask(overview, viewer=parent)
    assert unseen == {"billingCycle": None, "billingCycles": {"totalCount": 0, "nodes": []}}


BY_NET = """
query ($filter: PayoutFilter, $order: PayoutOrder! = NEWEST_FIRST, $first: Int, $after: String) {
  payouts(filter: $filter, order: $order, first: $first, after: $after) {
    totalCount pageInfo { endCursor } nodes { netAmount { amount } }
  }
}"""


async def test_payouts_by_their_amounts(desk: Desk, month: WorkedMonth) -> None:
    await close_two_months(desk)
    largest: dict[str, Any] = {"order": "LARGEST_NET_FIRST"}
    everything = (await desk.ask(BY_NET, **largest))["payouts"]
    amounts = [float(node["netAmount"]["amount"]) for node in everything["nodes"]]
    assert amounts == sorted(amounts, reverse=True)
    assert {1450.0, 600.0} <= set(amounts)
    seen, after = [], None
    for _ in amounts:
        page = (await desk.ask(BY_NET, first=1, after=after, **largest))["payouts"]
        seen += [float(node["netAmount"]["amount"]) for node in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
    assert seen == amounts
    middle = {"month": "2026-10", "netAmountAtLeast": {"amount": "600"}, "netAmountAtMost": {"amount": "1449.99"}}
    narrowed = (await desk.ask(BY_NET, filter=middle, **largest))["payouts"]
    assert (narrowed["totalCount"], narrowed["nodes"]) == (1, [{"netAmount": {"amount": "600.00"}}])
    own = (await desk.ask(BY_NET, tutor(month.omar), **largest))["payouts"]
    assert {"netAmount": {"amount": "1450.00"}} not in own["nodes"]


@pytest.mark.parametrize(
    "asked",
    [
        {"order": "LARGEST_NET_FIRST"},
        {"filter": {"netAmountAtLeast": {"amount": "1"}}},
        {"filter": {"netAmountAtMost": {"amount": "1"}}},
    ],
)
async def test_no_list_of_payouts_tells_amounts_while_they_are_frozen(
    hosting: Hosting, month: WorkedMonth, asked: dict[str, Any]
) -> None:
    async with hosting([COMPONENT]) as asker:
        for viewer in (None, tutor(month.omar), Viewer("machine", Role.SERVICE)):
            with pytest.raises(Refused) as refused:
                await asker.ask("billing", BY_NET, viewer, **asked)
            assert refused.value.code == "MONEY_FROZEN"
        await asker.ask("billing", BY_NET, Viewer("machine", Role.SERVICE, frozenset({MONEY_READ})), **asked)


async def test_money_is_frozen_by_default_and_live_with_the_scope(
    hosting: Hosting, desk: Desk, month: WorkedMonth
) -> None:
    await close_two_months(desk)
    payout = str((await desk.payout_of("2026-10", month.meena))["id"])
    machine = Viewer("machine", Role.SERVICE, frozenset({MONEY_READ}))
    async with hosting([COMPONENT]) as asker:
        frozen = await asker.ask("billing", PAYOUT, id=payout)
        assert frozen["payout"]["netAmount"] == {
            "amount": None,
            "display": "Unavailable during the beta",
            "reason": "BETA_FREEZE",
        }
        assert len(frozen["payout"]["lines"]) == 5
        live = await asker.ask("billing", PAYOUT, machine, id=payout)
        assert live["payout"]["netAmount"]["amount"] == "1450.00"
