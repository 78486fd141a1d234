"""What people write and press while the office is out of the bot's reach; whole conversations are in
test_conversations."""

import asyncio
from typing import Any

import pytest

from services.bot.domain.languages import Language
from shared.auth.viewer import Role
from tests.bot_api.server import Failure
from tests.services.bot.conftest import COORDINATOR, PARENT, TUTOR, Scene, Staging, help_of, said
from tests.services.bot.transcripts import in_telegram, on_record

UNLINKED = ["/mypay", "/MYPAY now", "hello there", "/start", "/start made-up", "/stop", "/language", "/unknown"]


@pytest.mark.parametrize("language", Language)
async def test_who_is_not_linked_is_told_how(scene: Scene, language: Language) -> None:
    transcript = await in_telegram(scene.api, 7, UNLINKED, language.value)
    assert transcript == on_record(f"unlinked.{language.value}", transcript)


@pytest.mark.parametrize("text", ["/help", "/start", "/HELP@nivaa_test_bot me", "hello there", "/help\nme", " /help"])
async def test_whoever_asks_for_nothing_else_gets_help(scene: Scene, text: str) -> None:
    await scene.link(TUTOR, 7)
    assert await scene.api.ask(7, text) == help_of(Role.TUTOR)


@pytest.mark.parametrize("command", ["foo", "", "<b>", "a" * 4000])
async def test_an_unknown_command_is_named_before_the_help(scene: Scene, command: str) -> None:
    await scene.link(TUTOR, 7)
    heading, _, rest = (await scene.api.ask(7, f"/{command}")).partition("\n\n")
    if command:
        assert heading.startswith(f"I do not know /{command[:59]}")
        assert rest == help_of(Role.TUTOR)
    else:
        assert heading == help_of(Role.TUTOR)


@pytest.mark.parametrize(
    "content",
    [
        {"photo": [{"file_id": "1", "file_unique_id": "1", "width": 1, "height": 1}], "caption": "/mypay"},
        {"location": {"latitude": 1.0, "longitude": 1.0}},
        {"contact": {"phone_number": "1", "first_name": "A"}},
    ],
    ids=lambda content: next(iter(content)),
)
async def test_what_is_no_text_gets_help_too(scene: Scene, content: dict[str, Any]) -> None:
    await scene.link(TUTOR, 7)
    await scene.api.post(7, content)
    assert (await scene.api.messages(7, 2))[1] == help_of(Role.TUTOR)


async def test_what_telegram_itself_tells_of_the_chat_is_not_answered(scene: Scene) -> None:
    await scene.link(TUTOR, 7)
    await scene.api.post(7, {"message_auto_delete_timer_changed": {"message_auto_delete_time": 86400}})
    assert await scene.api.ask(7, "/help") == help_of(Role.TUTOR)
    assert len(scene.api.texts(7)) == 2


@pytest.mark.parametrize(
    ("viewer", "command"), [(TUTOR, "/mypay"), (PARENT, "/balance"), (COORDINATOR, "/lowpackages")]
)
async def test_without_the_gateway_people_are_told_politely_in_their_language(
    scene: Scene, viewer: Any, command: str
) -> None:
    await scene.link(viewer, 7, Language.HINDI)
    assert await scene.api.ask(7, command) == said("try-later", Language.HINDI)
    assert await scene.api.ask(7, "/help") == help_of(viewer.role, Language.HINDI)


async def test_a_press_without_the_gateway_leaves_the_message_as_it_was(scene: Scene) -> None:
    await scene.link(COORDINATOR, 7)
    await scene.api.ask(7, "/language")
    shown = list(scene.api.sent)
    assert await scene.api.press(7, "low:2") == said("try-later")
    assert scene.api.sent == shown


async def test_the_language_is_the_telephones_until_another_is_chosen(scene: Scene) -> None:
    await scene.link(PARENT, 7, Language.HINDI)
    assert await scene.api.ask(7, "/language", "hi") == said("which-language", Language.HINDI)
    assert await scene.api.choose(7, "English") == said("language-chosen")
    assert scene.api.latest(7).text == said("language-chosen")
    assert await scene.api.ask(7, "/help", "hi") == help_of(Role.PARENT)
    await scene.raise_alert()
    assert (await scene.api.messages(7, 4))[3].startswith("Your sessions are running low")
    await scene.link(PARENT, 8, Language.ENGLISH)
    await scene.api.ask(8, "/language")
    assert await scene.api.choose(8, "हिन्दी") == said("language-chosen", Language.HINDI)
    await scene.raise_alert()
    assert (await scene.api.messages(8, 3))[2] == said(
        "low", Language.HINDI, left=said("sessions-left", Language.HINDI, remaining=1, total=10)
    )


async def test_a_press_is_answered_whatever_has_become_of_its_message(scene: Scene) -> None:
    await scene.link(PARENT, 7)
    await scene.api.ask(7, "/language")
    assert await scene.api.press(7, "speak:hi", message_id=99) == said("language-chosen", Language.HINDI)
    assert scene.api.latest(7).text == said("language-chosen", Language.HINDI)
    assert len(scene.api.texts(7)) == 3


async def test_a_press_that_telegram_waits_for_no_longer_holds_nothing_up(scene: Scene) -> None:
    await scene.link(PARENT, 7)
    await scene.api.ask(7, "/language")
    scene.api.fail_next("answerCallbackQuery", Failure(400, "Bad Request: query is too old"))
    pressing = asyncio.create_task(scene.api.press(7, "speak:hi"))
    await scene.api.calls_of("answerCallbackQuery", 1)
    pressing.cancel()
    assert scene.api.latest(7).text == said("language-chosen", Language.HINDI)
    assert await scene.api.ask(7, "/start made-up") == said("link-unknown", Language.HINDI)


@pytest.mark.parametrize("data", ["", "speak:ta", "low:-1", "ack:1:x", "drop table", "low:²"])
async def test_a_press_that_is_none_of_ours_does_nothing(scene: Scene, data: str) -> None:
    await scene.link(COORDINATOR, 7)
    assert await scene.api.press(7, data) == said("press-unknown")
    assert await scene.api.press(8, data, message_id=1) == said("press-not-linked")


async def test_groups_are_refused_and_links_do_not_work_there(scene: Scene) -> None:
    secret = await scene.secret(TUTOR)
    for text in (f"/start {secret}", "/mypay@nivaa_test_bot", "/mypay@another_bot", "hello there"):
        await scene.api.write(-100, text, chat_type="supergroup")
    assert await scene.api.messages(-100, 2) == [said("private-only")] * 2
    assert await scene.api.ask(7, f"/start {secret}") == (await scene.api.messages(7))[0]
    assert len(scene.api.texts(-100)) == 2


async def test_commands_are_announced_in_both_languages(scene: Scene) -> None:
    await scene.link(TUTOR, 7)
    names = ["mypay", "balance", "lowpackages", "language", "help", "stop"]
    assert {
        language: [command["command"] for command in commands] for language, commands in scene.api.commands.items()
    } == {"": names, "en": names, "hi": names}
    assert scene.api.commands[""] == scene.api.commands["en"]
    assert scene.api.commands["hi"][0]["description"] == said("command-mypay", Language.HINDI)


async def test_telegram_in_trouble_is_polled_again(scene: Scene) -> None:
    await scene.link(TUTOR, 7)
    scene.api.fail_next("getUpdates", Failure(502, "Bad Gateway"), Failure(409, "Conflict"))
    assert await scene.api.ask(7, "/help") == help_of(Role.TUTOR)
    assert await scene.api.ask(7, "/help") == help_of(Role.TUTOR)
    assert scene.api.failures_left("getUpdates") == 0


async def test_questions_asked_while_the_bot_was_away_are_answered_when_it_is_back(staging: Staging) -> None:
    async with staging() as before:
        await before.link(TUTOR, 7)
    await before.api.write(7, "/help")
    async with staging() as after:
        assert (await after.api.messages(7, 2))[1:] == [help_of(Role.TUTOR)]
