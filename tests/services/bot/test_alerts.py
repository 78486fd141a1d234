"""Alerts reach whom they should, once, whatever Telegram does."""

import asyncio
from datetime import timedelta
from itertools import pairwise
from uuid import uuid4

from services.bot.domain.deliveries import DeliveryState
from shared.auth.viewer import Role, Viewer
from shared.clock import SystemClock
from shared.messaging.envelope import Event
from tests.bot_api.server import Failure
from tests.eventually import eventually
from tests.services.bot.conftest import COORDINATOR, PARENT, TUTOR, Scene, Staging, help_of, said
from tests.still_clock import StillClock

FOR_PARENT = "Your sessions are running low: 1 of 10 sessions left. Please ask your coordinator for a new package."
FOR_COORDINATOR = "Asha Rao is running low: 1 of 10 sessions left."
OTHER_COORDINATOR = Viewer(str(uuid4()), Role.COORDINATOR)
OTHER_PARENT = Viewer(str(uuid4()), Role.PARENT)
SENT, BLOCKED, FAILED = DeliveryState.SENT, DeliveryState.BLOCKED, DeliveryState.FAILED


async def test_the_parent_and_every_coordinator_hear_of_it_and_nobody_else(scene: Scene) -> None:
    for chat_id, viewer in enumerate([PARENT, COORDINATOR, OTHER_COORDINATOR, OTHER_PARENT, TUTOR], start=1):
        await scene.link(viewer, chat_id)
    await scene.raise_alert()
    assert (await scene.api.messages(1, 2))[1:] == [FOR_PARENT]
    assert (await scene.api.messages(2, 2))[1:] == [FOR_COORDINATOR]
    assert (await scene.api.messages(3, 2))[1:] == [FOR_COORDINATOR]
    assert await scene.states(3) == [SENT] * 3
    assert len(scene.api.texts(4)) == len(scene.api.texts(5)) == 1


async def test_an_alert_is_pushed_once_however_often_it_comes(scene: Scene) -> None:
    await scene.link(PARENT, 7)
    alert = await scene.raise_alert()
    event = Event.about(alert, SystemClock().now())
    await scene.asker.host.broker.publish([event, event])
    await scene.asker.host.broker.publish([event])
    await scene.raise_alert(remaining=0)
    assert (await scene.api.messages(7, 3))[1:] == [FOR_PARENT, FOR_PARENT.replace("1 of", "0 of")]
    assert await scene.states(2) == [SENT, SENT]


async def test_without_linked_chats_nothing_is_kept(scene: Scene) -> None:
    await scene.raise_alert()
    assert await scene.states(0) == []


async def test_a_full_telegram_is_left_alone_for_as_long_as_it_says(scene: Scene) -> None:
    await scene.link(PARENT, 7)
    await scene.link(OTHER_PARENT, 8)
    scene.api.fail_next("sendMessage", Failure(429, "Too Many Requests: retry after 1", retry_after_seconds=1))
    began = asyncio.get_running_loop().time()
    await scene.raise_alert()
    await eventually(lambda: _waits(scene))
    await scene.raise_alert(parent_id=OTHER_PARENT.person_id)
    await scene.api.write(8, "/help")
    assert await scene.states(2) == [SENT, SENT]
    assert scene.api.texts(7)[1:] == [FOR_PARENT]
    assert sorted((await scene.api.messages(8, 3))[1:]) == sorted([FOR_PARENT, help_of(Role.PARENT)])
    assert all(message.second - began >= 1 for message in scene.api.sent[2:])
    assert await attempts(scene) == [1, 1]


async def _waits(scene: Scene) -> bool:
    return bool(await scene.database.value("SELECT count(*) FROM delivery WHERE due_at > created_at"))


async def test_a_sick_telegram_is_tried_again(scene: Scene) -> None:
    await scene.link(PARENT, 7)
    scene.api.fail_next("sendMessage", Failure(500, "Internal Server Error"), Failure(502, "Bad Gateway"))
    await scene.raise_alert()
    assert await scene.states() == [SENT]
    assert scene.api.texts(7)[1:] == [FOR_PARENT]


async def test_who_blocked_the_bot_is_left_in_peace_until_writing_again(scene: Scene) -> None:
    await scene.link(PARENT, 7)
    scene.api.block(7)
    await scene.raise_alert()
    assert await scene.states(1) == [BLOCKED]
    await scene.raise_alert()
    assert await scene.states(2) == [BLOCKED] * 2
    assert scene.api.calls.count("sendmessage") == 2
    link = await scene.asker.ask("bot", "{ telegramLink { blocked } }", PARENT)
    assert link["telegramLink"]["blocked"] is True

    await scene.api.write(7, "/help")
    assert sorted((await scene.api.messages(7, 4))[1:]) == sorted([help_of(Role.PARENT), FOR_PARENT, FOR_PARENT])
    assert await scene.states(2) == [SENT] * 2


async def test_a_message_that_telegram_will_never_take_holds_up_no_other(scene: Scene) -> None:
    await scene.link(PARENT, 7)
    scene.api.fail_next("sendMessage", Failure(400, "Bad Request: chat not found"))
    await scene.raise_alert()
    await scene.raise_alert(remaining=0)
    assert await scene.states(2) == [FAILED, SENT]
    assert scene.api.texts(7)[1:] == [FOR_PARENT.replace("1 of", "0 of")]
    [failed, _] = await scene.database.rows("SELECT reason FROM delivery ORDER BY occurred_at")
    assert "chat not found" in failed["reason"]


async def test_after_stop_nothing_more_arrives(staging: Staging) -> None:
    clock = StillClock(SystemClock().now())
    async with staging(clock=clock) as scene:
        await scene.link(PARENT, 7)
        scene.api.fail_next("sendMessage", Failure(500, "Internal Server Error"))
        await scene.raise_alert()
        await scene.until_tried()
        assert await scene.api.ask(7, "/stop") == said("unlinked")
        clock.at += timedelta(minutes=1)  # when it would have been tried again
        await scene.raise_alert()
        assert await scene.states() == [FAILED]
        assert FOR_PARENT not in scene.api.texts(7)


async def test_one_chats_messages_keep_their_order_and_their_distance(staging: Staging) -> None:
    async with staging(NIVAA_BOT_MESSAGES_PER_SECOND_IN_A_CHAT=1) as scene:
        await assert_order_and_distance(scene)


async def assert_order_and_distance(scene: Scene) -> None:
    await scene.link(PARENT, 7)
    scene.api.fail_next("sendMessage", Failure(500, "Internal Server Error"))
    for remaining in (3, 2, 1):
        await scene.raise_alert(remaining=remaining)
    assert await scene.states(3) == [SENT] * 3
    pushed = [message for message in scene.api.sent if message.chat_id == 7][1:]
    assert [message.text.partition(" of")[0][-1] for message in pushed] == ["3", "2", "1"]
    assert all(later.second - earlier.second >= 1 for earlier, later in pairwise(pushed))


async def test_what_was_left_when_the_bot_stopped_is_delivered_when_it_is_back(staging: Staging) -> None:
    async with staging() as before:
        await before.link(PARENT, 7)
        before.api.fail_next("sendMessage", Failure(500, "Internal Server Error"))
        await before.raise_alert()
        await before.api.calls_of("sendMessage", 2)
    async with staging() as after:
        assert await after.states() == [SENT]
        assert after.api.texts(7)[1:] == [FOR_PARENT]


async def test_two_processes_share_the_work_and_double_nothing(staging: Staging) -> None:
    coordinators = {chat_id: Viewer(str(uuid4()), Role.COORDINATOR) for chat_id in range(1, 13)}
    async with staging() as first:
        for chat_id, coordinator in coordinators.items():
            await first.link(coordinator, chat_id)
        async with staging() as second:
            await asyncio.gather(first.raise_alert(), second.raise_alert(parent_name="Omar Khan"))
            assert await first.states(24) == [SENT] * 24
    for chat_id in coordinators:
        told = sorted(text.partition(" is running")[0] for text in first.api.texts(chat_id)[1:])
        assert told == ["Asha Rao", "Omar Khan"]


async def attempts(scene: Scene) -> list[int]:
    rows = await scene.database.rows("SELECT attempts FROM delivery ORDER BY occurred_at, id")
    return [row["attempts"] for row in rows]
