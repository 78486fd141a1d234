"""What is pushed besides raised alerts, to whom, in which words; and what becomes of pushes whose chat changes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from services.bot.domain.deliveries import IN_DOUBT, OVERDUE, UNLINKED, DeliveryState
from services.bot.domain.languages import Language
from shared.auth.viewer import Role, Viewer
from shared.clock import TravellingClock
from shared.contracts.billing import PayoutPaid
from shared.contracts.invoicing import InvoiceIssued
from shared.contracts.packages import LowPackageResolved
from shared.database.row import Row
from shared.ids import new_id
from tests.asking import Refused
from tests.bot_api.server import Failure
from tests.eventually import eventually
from tests.services.bot.conftest import COORDINATOR, PARENT, TUTOR, Scene, Staging, help_of
from tests.still_clock import StillClock

NOW = datetime(2026, 11, 5, 6, 30, tzinfo=UTC)
OTHER = Viewer(str(uuid4()), Role.PARENT)
SENT, FAILED, PENDING, BLOCKED = DeliveryState.SENT, DeliveryState.FAILED, DeliveryState.PENDING, DeliveryState.BLOCKED

PAID = PayoutPaid(
    payout_id=new_id(),
    tutor_id=TUTOR.person_id or new_id(),
    month="2026-10",
    net_minor=145_000,
    currency="INR",
    reference="UTR <4711>",
    paid_at=NOW,
)
ISSUED = InvoiceIssued(
    invoice_id=new_id(),
    number="NV/2627/000123",
    cycle_id=new_id(),
    month="2026-10",
    parent_id=PARENT.person_id or new_id(),
    total_minor=902_500,
    currency="INR",
    issued_at=NOW,
)
DELIVERIES = """
query($representations: [_Any!]!) { _entities(representations: $representations) { ... on LowPackageAlert {
  deliveries { kind recipient role state attempts reason createdAt dueAt triedAt sentAt } } } }
"""


async def rows(scene: Scene) -> list[Row]:
    return await scene.database.rows(
        "SELECT kind, subject, chat_id, state, attempts, reason, sent_at FROM delivery ORDER BY occurred_at, id"
    )


async def resolve(scene: Scene, alert_id: object) -> None:
    resolved = LowPackageResolved(
        alert_id=alert_id,  # type: ignore[arg-type]
        parent_id=PARENT.person_id or new_id(),
        parent_name="Asha Rao",
        remaining=11,
        total_sessions=20,
        resolved_at=scene.asker.host.clock.now(),
    )
    await scene.asker.publish(resolved)


@pytest.mark.parametrize(
    ("freeze", "paid", "due"),
    [
        ("none", "₹1,450.00", "₹9,025.00"),
        ("tutor", "Unavailable during the beta", "₹9,025.00"),
        ("parent", "₹1,450.00", "Unavailable during the beta"),
    ],
)
async def test_money_is_told_where_it_is_not_frozen(staging: Staging, freeze: str, paid: str, due: str) -> None:
    async with staging(NIVAA_FREEZE=freeze) as scene:
        await scene.link(TUTOR, 7)
        await scene.link(PARENT, 8)
        await scene.link(COORDINATOR, 9)
        await scene.asker.publish(PAID, ISSUED)
        assert (await scene.api.messages(7, 2))[1:] == [
            f"Your payout for October 2026 was paid: {paid}. Reference: UTR <4711>"
        ]
        assert (await scene.api.messages(8, 2))[1:] == [
            f"Your invoice NV/2627/000123 for October 2026 has come. Total: {due}"
        ]
        assert len(scene.api.texts(9)) == 1


async def test_the_freeze_of_the_moment_of_sending_counts(staging: Staging) -> None:
    quiet = {"NIVAA_BOT_QUIET_HOURS": "09:00-17:00", "NIVAA_TIMEZONE": "UTC"}
    clock = TravellingClock()
    clock.travel_to(NOW.replace(hour=12))
    async with staging(NIVAA_FREEZE="none", clock=clock, **quiet) as before:
        await before.link(TUTOR, 7)
        await before.asker.publish(PAID)
    async with staging(NIVAA_FREEZE="tutor", clock=clock) as after:
        assert "Unavailable during the beta" in (await after.api.messages(7, 2))[1]


async def test_the_end_of_an_alert_is_told_in_each_ones_language(scene: Scene) -> None:
    await scene.link(PARENT, 7)
    await scene.link(COORDINATOR, 8, Language.HINDI)
    alert = await scene.raise_alert()
    await resolve(scene, alert.alert_id)
    assert (await scene.api.messages(7, 3))[2] == "Your sessions are not running low any more: 11 of 20 sessions left."
    assert (await scene.api.messages(8, 3))[2] == "Asha Rao के सत्र अब पर्याप्त हैं: 20 में से 11 सत्र शेष।"


async def test_word_of_an_alert_that_comes_after_word_of_its_end_is_no_news(scene: Scene) -> None:
    await scene.link(PARENT, 7)
    alert_id = new_id()
    await resolve(scene, alert_id)
    await scene.raise_alert(alert_id=alert_id)
    assert await scene.states(1) == [SENT]
    assert [row["kind"] for row in await rows(scene)] == ["LOW_PACKAGE_RESOLVED"]


@asynccontextmanager
async def tried_once(staging: Staging, clock: StillClock) -> AsyncIterator[Scene]:
    """A parent's alert could not be sent to chat 7; it is tried again when the clock has moved on."""
    async with staging(clock=clock) as scene:
        await scene.link(PARENT, 7)
        scene.api.fail_next("sendMessage", Failure(500, "Internal Server Error"))
        await scene.raise_alert()
        await scene.until_tried()
        yield scene


async def test_a_push_moves_with_its_person_to_another_chat(staging: Staging) -> None:
    clock = StillClock(NOW)
    async with tried_once(staging, clock) as scene:
        await scene.link(PARENT, 8)
        clock.at += timedelta(minutes=1)
        assert await scene.states() == [SENT]
        [row] = await rows(scene)
        assert (row["chat_id"], row["attempts"]) == (8, 2)
        assert [text for text in scene.api.texts(7) if "1 of 10" in text] == []


async def test_a_chat_that_somebody_else_takes_over_gets_nothing_of_its_former_person(staging: Staging) -> None:
    clock = StillClock(NOW)
    async with tried_once(staging, clock) as scene:
        await scene.link(OTHER, 7)
        [row] = await rows(scene)
        assert (row["state"], row["reason"]) == (FAILED, UNLINKED)
        clock.at += timedelta(minutes=1)
        await scene.raise_alert(parent_id=OTHER.person_id, remaining=0)
        assert await scene.states(2) == [FAILED, SENT]
        assert [text for text in scene.api.texts(7) if "1 of 10" in text] == []


async def test_what_a_dead_process_had_on_the_wire_is_in_doubt_and_not_sent_again(staging: Staging) -> None:
    quiet = {"NIVAA_BOT_QUIET_HOURS": "00:00-23:59", "NIVAA_BOT_QUIET_KINDS": "LOW_PACKAGE_RAISED"}
    clock = TravellingClock()
    clock.travel_to(NOW)
    async with staging(clock=clock, **quiet) as scene:
        await scene.link(PARENT, 7)
        await scene.raise_alert()
        # As a process leaves it that is killed after the mark.
        await scene.database.execute("UPDATE delivery SET sending_by = $1, sending_at = $2", uuid4(), clock.now())
        await scene.raise_alert(remaining=0)
        assert await scene.states(1) == [SENT, PENDING]
        [doubtful, _] = await rows(scene)
        assert (doubtful["reason"], doubtful["attempts"]) == (IN_DOUBT, 1)
        assert len(scene.api.texts(7)) == 1


async def test_an_answer_that_comes_after_all_is_the_truth(scene: Scene) -> None:
    """A process that stands still for longer than its turn, and then goes on."""
    await scene.link(PARENT, 7)
    scene.api.slow_seconds = 2
    await scene.raise_alert()
    await scene.api.messages(7, 2)
    await scene.database.execute(
        "UPDATE telegram_turn SET holder = $1, until = $2", uuid4(), datetime(2000, 1, 1, tzinfo=UTC)
    )
    assert await scene.states() == [SENT]
    await eventually(lambda: _reason_is(scene, None))
    assert len(scene.api.texts(7)) == 2


async def _reason_is(scene: Scene, reason: str | None) -> bool:
    return bool([row["reason"] for row in await rows(scene)] == [reason])


async def test_a_connection_that_is_refused_has_sent_nothing(staging: Staging) -> None:
    async with staging() as before:
        await before.link(PARENT, 7)
    async with staging(NIVAA_BOT_API_URL="http://127.0.0.1:9") as cut_off:
        await cut_off.raise_alert()

        async def is_tried() -> bool:
            [row] = await rows(cut_off)
            return bool(row["attempts"])

        await eventually(is_tried)
        [row] = await cut_off.database.rows("SELECT state, sending_at, sending_by FROM delivery")
        assert (row["state"], row["sending_at"], row["sending_by"]) == (PENDING, None, None)
    async with staging() as after:
        assert await after.states() == [SENT]


async def test_a_push_that_cannot_be_sent_for_a_day_has_failed(staging: Staging) -> None:
    clock = TravellingClock()
    async with staging(clock=clock, NIVAA_BOT_API_URL="http://127.0.0.1:9", NIVAA_BOT_GIVE_UP_HOURS=24) as scene:
        await scene.database.execute(
            """INSERT INTO telegram_link (id, subject, chat_id, role, language, linked_at)
               VALUES ($1, $2, 7, 'parent', 'en', $3)""",
            new_id(),
            PARENT.subject,
            clock.now(),
        )
        await scene.raise_alert()
        clock.travel_to(clock.now() + timedelta(hours=24))
        assert await scene.states() == [FAILED]
        [row] = await rows(scene)
        assert row["reason"]
        assert row["reason"] != OVERDUE or row["attempts"] == 0


async def test_a_telegram_that_does_not_know_the_bot_costs_no_push(scene: Scene) -> None:
    await scene.link(PARENT, 7)
    scene.api.fail_next("sendMessage", Failure(401, "Unauthorized"), Failure(404, "Not Found"))
    await scene.raise_alert()
    assert await scene.states() == [SENT]


async def test_quiet_hours_hold_back_what_they_are_to_and_nothing_else(staging: Staging) -> None:
    clock = TravellingClock()
    clock.travel_to(datetime(2026, 11, 5, 17, 0, tzinfo=UTC))  # 22:30 in Kolkata
    quiet = {"NIVAA_BOT_QUIET_HOURS": "21:30-08:00", "NIVAA_BOT_QUIET_KINDS": "LOW_PACKAGE_RAISED"}
    async with staging(clock=clock, **quiet) as scene:
        await scene.link(PARENT, 7)
        await scene.raise_alert()
        await scene.asker.publish(ISSUED)
        assert "NV/2627/000123" in (await scene.api.messages(7, 2))[1]
        assert await scene.api.ask(7, "/help") == help_of(Role.PARENT)
        assert await scene.states(1) == [SENT, PENDING]
        clock.travel_to(datetime(2026, 11, 6, 2, 30, tzinfo=UTC))  # 08:00
        assert await scene.states(2) == [SENT, SENT]


async def test_who_writes_again_gets_what_is_not_old(staging: Staging) -> None:
    clock = TravellingClock()
    async with staging(clock=clock) as scene:
        await scene.link(PARENT, 7)
        scene.api.block(7)
        await scene.raise_alert()
        assert await scene.states(1) == [BLOCKED]
        clock.travel_to(clock.now() + timedelta(hours=25))
        await scene.raise_alert(remaining=0)
        assert await scene.states(2) == [BLOCKED, BLOCKED]
        await scene.api.ask(7, "/help")
        assert [text for text in await scene.api.messages(7, 3) if "of 10" in text] == [
            "Your sessions are running low: 0 of 10 sessions left. Please ask your coordinator for a new package."
        ]
        assert await scene.states(2) == [BLOCKED, SENT]


async def test_coordinators_see_what_became_of_each_and_nobody_else_does(scene: Scene) -> None:
    await scene.link(PARENT, 7)
    await scene.link(COORDINATOR, 8)
    scene.api.block(8)
    alert = await scene.raise_alert()
    await scene.states(2)
    asked = {"representations": [{"__typename": "LowPackageAlert", "id": str(alert.alert_id)}]}
    [told] = (await scene.asker.ask("bot", DELIVERIES, COORDINATOR, **asked))["_entities"]
    by_role = {delivery["role"]: delivery for delivery in told["deliveries"]}
    parents, coordinators = by_role["PARENT"], by_role["COORDINATOR"]
    assert (parents["state"], parents["recipient"], parents["attempts"]) == ("SENT", PARENT.subject, 1)
    assert parents["kind"] == "LOW_PACKAGE_RAISED"
    assert parents["sentAt"] >= parents["triedAt"] >= parents["createdAt"]
    assert (coordinators["state"], coordinators["sentAt"], coordinators["dueAt"]) == ("BLOCKED", None, None)
    assert coordinators["reason"]
    with pytest.raises(Refused, match="FORBIDDEN"):
        await scene.asker.ask("bot", DELIVERIES, PARENT, **asked)
    assert (await scene.asker.ask("bot", DELIVERIES, TUTOR, **asked))["_entities"] == [None]
