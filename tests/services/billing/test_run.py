"""When a month may run, what it waits for, and what happens when several run it or one is cut short."""

import asyncio
import contextvars
import json
from collections.abc import Sequence
from functools import partial
from typing import Any

import pytest

from services.billing.component import COMPONENT
from services.billing.sql.standstill import stand_still
from shared.auth.viewer import Role, Viewer
from shared.clock import TravellingClock
from shared.contracts.billing import PeriodClosing
from shared.ids import new_id
from shared.messaging.envelope import Event
from shared.runtime.peers import InProcessPeer, PeerResponse
from tests.asking import Refused
from tests.eventually import eventually
from tests.services.billing.conftest import Hosting
from tests.services.billing.desk import RUN, ClosedCycles, Desk
from tests.services.billing.packages_side import WorkedMonth, at, worked_month

TUTOR = Viewer(str(new_id()), Role.TUTOR)


async def status_of(desk: Desk, month: str) -> str | None:
    status: str | None = await desk.database.value("SELECT status FROM billing_cycle WHERE month = $1", month)
    return status


async def is_closed(desk: Desk, month: str) -> None:
    """Returns when the month has been closed by whoever does it."""
    async with asyncio.timeout(30):
        while await status_of(desk, month) != "CLOSED":
            await asyncio.sleep(0.05)


async def test_a_month_is_not_closed_before_it_is_over(desk: Desk, clock: TravellingClock) -> None:
    clock.travel_to(at("2026-09-30 23:59"))
    with pytest.raises(Refused) as refused:
        await desk.run("2026-09")
    assert refused.value.code == "PERIOD_NOT_ENDED"
    assert await status_of(desk, "2026-09") == "OPEN"
    data = await desk.ask(RUN, month="2026-09", early=True)
    assert data["runMonthlyCycle"]["billingCycle"]["status"] == "CLOSED"


async def test_months_close_in_order(desk: Desk) -> None:
    with pytest.raises(Refused) as refused:
        await desk.run("2026-10")
    assert (refused.value.code, refused.value.errors[0]["extensions"]["month"]) == ("EARLIER_CYCLE_OPEN", "2026-09")


async def test_tutors_without_a_rate_block_and_are_all_named(desk: Desk, month: WorkedMonth) -> None:
    tara = month.packages.person("Tara", "TUTOR")
    for day in (5, 6):
        month.packages.approve((month.asha, month.ira), tara, at(f"2026-10-0{day} 09:00"), "ADDON", 100)
    await desk.hear(month.packages.facts())
    await desk.run("2026-09")
    with pytest.raises(Refused) as refused:
        await desk.run("2026-10")
    blocker = {"tutorId": str(tara), "tutorName": "Tara", "sessions": 2}
    assert (refused.value.code, refused.value.errors[0]["extensions"]["blockers"]) == ("CYCLE_BLOCKED", [blocker])
    assert await status_of(desk, "2026-10") == "OPEN"
    preview = (await desk.ask('{ previewCycle(month: "2026-10") { blockers { tutorName sessions } } }'))["previewCycle"]
    assert preview["blockers"] == [{"tutorName": "Tara", "sessions": 2}]
    await desk.set_rate(tara, "100", "2026-10-06")
    with pytest.raises(Refused, match="CYCLE_BLOCKED"):
        await desk.run("2026-10")
    await desk.set_rate(tara, "100", "2026-10-01")
    assert (await desk.run("2026-10"))["status"] == "CLOSED"


async def test_a_run_waits_for_what_is_missing(desk: Desk, month: WorkedMonth) -> None:
    packages = month.packages
    packages.approve((month.asha, month.dev), month.omar, at("2026-09-29 17:00"), "ADDON", 10_000)
    run = asyncio.create_task(desk.run("2026-09"))
    await eventually(partial(is_sealed, desk, "2026-09"))
    await desk.hear(packages.approvals[-1:])
    assert (await run)["sessionsCounted"] == 8


async def is_sealed(desk: Desk, month: str) -> bool:
    return bool(await desk.database.value("SELECT count(*) FROM seal WHERE month = $1", month))


class TestARunWithLittlePatience:
    @pytest.fixture
    def desk_settings(self) -> dict[str, object]:
        return {"BILLING_RUN_PATIENCE_SECONDS": 0.2}

    async def test_it_is_refused_with_the_numbers_of_what_is_missing(self, desk: Desk, month: WorkedMonth) -> None:
        month.packages.approve((month.asha, month.dev), month.omar, at("2026-09-29 17:00"), "ADDON", 10_000)
        while (missing := await missing_in_a_run(desk))["seal"]:
            pass  # it has been asked for, and comes
        assert (missing["approvals"], missing["purchases"]) == (1, 0)
        assert await status_of(desk, "2026-09") == "CLOSING"

    async def test_without_a_seal_it_says_so(self, desk: Desk) -> None:
        desk.answers_seals = False
        assert (await missing_in_a_run(desk))["seal"] is True

    async def test_it_is_finished_once_everything_has_come(self, desk: Desk, month: WorkedMonth) -> None:
        desk.answers_seals = False
        await missing_in_a_run(desk)
        await desk.hear([month.packages.seal("2026-09")])
        await is_closed(desk, "2026-09")

    async def test_when_it_comes_again_it_asks_for_the_seal_again(self, desk: Desk) -> None:
        asked: list[Event] = []

        async def note(events: Sequence[Event]) -> None:
            asked.extend(events)

        desk.answers_seals = False
        await desk.asker.host.broker.subscribe("listener", [PeriodClosing.TOPIC], note)
        for _ in range(2):
            await missing_in_a_run(desk)
        await desk.until(lambda: len(asked) == 2)


async def missing_in_a_run(desk: Desk) -> dict[str, Any]:
    """What a run of September was refused for."""
    with pytest.raises(Refused, match="CYCLE_IN_PROGRESS") as refused:
        await desk.run("2026-09")
    missing: dict[str, Any] = refused.value.errors[0]["extensions"]["missing"]
    return missing


async def test_two_coordinators_at_once_come_to_one_cycle(desk: Desk, invoicing: ClosedCycles) -> None:
    await desk.run("2026-09")
    coordinators = [Viewer(str(new_id()), Role.COORDINATOR) for _ in range(2)]
    runs = (desk.ask(RUN, each, month="2026-10", key=each.subject) for each in coordinators)
    first, second = await asyncio.gather(*runs)
    assert first == second
    closed_by = first["runMonthlyCycle"]["billingCycle"]["closedBy"]
    done = await desk.database.rows("SELECT done_by FROM audit_entry WHERE action = 'CLOSE_CYCLE' ORDER BY done_at")
    assert [row["done_by"] for row in done] == [desk.asker.viewer.subject, closed_by]
    assert closed_by in [each.subject for each in coordinators]
    assert len(await desk.statements_of("2026-10")) == 1
    await desk.until(lambda: bool(invoicing.of("2026-10")))
    assert len(invoicing.of("2026-10")) == 1


async def test_a_closed_month_returns_as_it_is(desk: Desk, month: WorkedMonth) -> None:
    first = await desk.run("2026-09")
    await desk.set_rate(month.omar, "999", "2026-11-01")
    assert await desk.run("2026-09") == first


async def test_a_key_stands_for_one_month(desk: Desk) -> None:
    first = await desk.run("2026-09", key="close it")
    assert await desk.run("2026-09", key="close it") == first
    with pytest.raises(Refused, match="IDEMPOTENCY_KEY_REUSED"):
        await desk.run("2026-10", key="close it")


WAITING = """
SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
"""


class TestARunThatTakesLong:
    @pytest.fixture
    def desk_settings(self) -> dict[str, object]:
        return {"BILLING_RUN_ANSWER_SECONDS": 0.05}

    async def test_it_is_in_progress_and_goes_on_by_itself(self, desk: Desk) -> None:
        """Somebody else has the months while it is asked for again and again, which takes no more connections."""
        held = asyncio.Event()

        async def ask() -> str:
            await held.wait()
            for _ in range(20):
                with pytest.raises(Refused) as refused:
                    await desk.run("2026-09", key="september")
                assert "missing" not in refused.value.errors[0]["extensions"]
            return refused.value.code

        asking = asyncio.create_task(ask())
        async with desk.database.transaction() as transaction:
            await stand_still(transaction)
            held.set()
            assert await asking == "CYCLE_IN_PROGRESS"
            if transaction.dialect == "postgres":
                assert await transaction.value(WAITING) <= 1
        await is_closed(desk, "2026-09")


@pytest.mark.parametrize("turns", [1, 5, 20, 60])
async def test_a_cancelled_run_is_taken_up_again(desk: Desk, invoicing: ClosedCycles, turns: int) -> None:
    run = asyncio.create_task(desk.run("2026-09"))
    for _ in range(turns):
        await asyncio.sleep(0)
    run.cancel()
    await asyncio.gather(run, return_exceptions=True)
    assert (await desk.run("2026-09"))["statementsCount"] == 1
    await desk.until(lambda: bool(invoicing.of("2026-09")))
    assert len(invoicing.of("2026-09")) == 1


async def test_a_new_process_finishes_what_the_old_one_began(hosting: Hosting, clock: TravellingClock) -> None:
    """The old one ends between asking for the seal and getting it."""
    month = worked_month()
    async with hosting([COMPONENT], NIVAA_FREEZE="none", BILLING_RUN_PATIENCE_SECONDS=0, clock=clock) as asker:
        desk = Desk(asker, month.packages)
        await desk.hear(month.packages.facts())
        await desk.agree(month)
        with pytest.raises(Refused, match="CYCLE_IN_PROGRESS"):
            await desk.run("2026-09")
    async with hosting([COMPONENT], NIVAA_FREEZE="none", clock=clock) as asker:
        desk = Desk(asker, month.packages)
        await desk.hear([month.packages.seal("2026-09")])
        await is_closed(desk, "2026-09")
        assert len(await desk.statements_of("2026-09")) == 1


async def test_an_entry_for_a_closed_month_is_put_aside_and_changes_nothing(desk: Desk, month: WorkedMonth) -> None:
    await desk.run("2026-09")
    month.packages.approve((month.asha, month.dev), month.omar, at("2026-09-29 17:00"), "ADDON", 10_000)
    await desk.hear([month.packages.approvals[-1]])
    (letter,) = await desk.asker.host.broker.dead_letters("billing")
    assert "closed" in letter.reason
    assert await desk.database.value("SELECT count(*) FROM approval WHERE month = '2026-09'") == 7


async def test_what_arrives_during_a_close_waits_for_its_end(desk: Desk, month: WorkedMonth) -> None:
    """A close may take a minute. Here an entry would even open a month, which a close keeps others from."""
    month.packages.approve((month.asha, month.dev), month.omar, at("2027-01-05 17:00"), "ADDON", 10_000)
    outside = contextvars.copy_context()
    async with desk.database.transaction() as closing:
        await stand_still(closing)
        hearing = asyncio.create_task(desk.hear(month.packages.approvals[-1:]), context=outside)
        await asyncio.wait({hearing}, timeout=0.3)
        assert not hearing.done()
    await hearing
    assert await status_of(desk, "2027-01") == "OPEN"
    assert await desk.asker.host.broker.dead_letters("billing") == []


async def test_a_month_opens_with_its_first_entry_or_when_asked_to(desk: Desk) -> None:
    opening = "mutation ($month: Month!) { openCycle(month: $month) { billingCycle { id month status } } }"
    for month in ("2026-09", "2027-01"):
        opened = (await desk.ask(opening, month=month))["openCycle"]["billingCycle"]
        assert (opened["month"], opened["status"]) == (month, "OPEN")
        assert await desk.ask(opening, month=month) == {"openCycle": {"billingCycle": opened}}
    listed = (await desk.ask("{ billingCycles { totalCount nodes { month } } }"))["billingCycles"]
    assert [node["month"] for node in listed["nodes"]] == ["2027-01", "2026-11", "2026-10", "2026-09"]


async def post(desk: Desk, body: object, viewer: Viewer | None = None, key: str | None = None) -> PeerResponse:
    peer = InProcessPeer("billing", desk.asker.host.apps.__getitem__)
    headers = {"Authorization": f"Bearer {desk.asker.token(viewer)}"} | ({"Idempotency-Key": key} if key else {})
    return await peer.request(
        "POST", "/billing/run-monthly", headers, body if isinstance(body, bytes) else json.dumps(body).encode()
    )


def code_of(response: PeerResponse) -> str:
    answer: dict[str, Any] = json.loads(response.body)
    code: str = answer["errors"][0]["extensions"]["code"]
    return code


async def test_the_endpoint_does_what_the_mutation_does(desk: Desk) -> None:
    response = await post(desk, {"month": "2026-09"}, key="september")
    answer = json.loads(response.body)
    cycle = await desk.run("2026-09")
    assert response.status == 200
    assert (answer["id"], answer["sha256"], answer["sessionsCounted"]) == (cycle["id"], cycle["sha256"], 7)


async def test_the_endpoint_refuses_in_the_same_words(desk: Desk) -> None:
    early = await post(desk, {"month": "2026-11"})
    assert (early.status, code_of(early)) == (409, "PERIOD_NOT_ENDED")
    wrong_bodies: list[object] = [{"month": "2026-13"}, {"month": 9}, {"monht": "2026-09"}, [], None, ""]
    wrong_bodies += [{"month": "2026-09", "early": "yes"}, b"", b"{", b'{"month": "\xff"}', b"month=2026-09"]
    for body in wrong_bodies:
        wrong = await post(desk, body)
        assert (wrong.status, code_of(wrong)) == (400, "INVALID_INPUT")
    assert code_of(await post(desk, {"month": "2026-09"}, key="k" * 201)) == "INVALID_INPUT"
    assert await status_of(desk, "2026-09") == "OPEN"
    await post(desk, {"month": "2026-09"}, key="september")
    reused = await post(desk, {"month": "2026-10"}, key="september")
    assert (reused.status, code_of(reused)) == (409, "IDEMPOTENCY_KEY_REUSED")
    other = await post(desk, {"month": "2026-09"}, TUTOR)
    assert (other.status, code_of(other)) == (403, "FORBIDDEN")
