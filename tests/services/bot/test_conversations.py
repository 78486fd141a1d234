"""Whole conversations, word for word, with every service there is: in both languages, frozen and live, and the same
in Telegram and in a terminal. They are texts to read: conversations/.

What is said hangs on the services and not on the kind of database; the bot's own tables have tests on both."""

from datetime import timedelta

import pytest

from services.bot.domain.languages import Language
from shared.auth.viewer import Role, Viewer
from shared.clock import TravellingClock
from shared.ids import new_id
from tests.asking import COORDINATOR
from tests.bot_api.server import BotApi
from tests.conftest import Hosting
from tests.services.bot.conftest import said
from tests.services.bot.office import NOVEMBER, Stage, have_low, open_for_business, run_low, staged
from tests.services.bot.transcripts import in_telegram, in_terminal, on_record

SCRIPTS = {
    "tutor": ["/help", "/mypay", "/lowpackages", "/BALANCE", "when am I paid?", "/pay <now>", "/language", "/stop"],
    "parent": ["/help", "/balance", "/lowpackages", "/mypay", "/Balance@nivaa_test_bot please", "/stop"],
    "coordinator": ["/help", "/lowpackages", "9", "9", "/mypay", "/language", "2", "/help", "/language", "1", "/stop"],
}
FAMILIES, MORE_FAMILIES = 9, 97
"""Fourteen pages together, and more than the gateway lists at once."""


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_everybody_is_answered_as_is_on_record(hosting: Hosting, api: BotApi) -> None:
    clock = TravellingClock()
    async with staged(hosting, api, clock, "none") as live:
        await open_for_business(live.office)
        await run_low(live.office, FAMILIES)
        await have_low(live.office, MORE_FAMILIES)
        people = live.office.people | {"coordinator": COORDINATOR}
        await talk_to_everybody(live, "live", people)
    clock.travel_to(NOVEMBER + timedelta(hours=1))
    async with staged(hosting, api, clock, "parent,tutor,coordinator") as frozen:
        frozen.chats = live.chats
        frozen.office.people = live.office.people
        await talk_to_everybody(frozen, "frozen", people)
        await acknowledge(frozen)


async def talk_to_everybody(stage: Stage, state: str, people: dict[str, Viewer]) -> None:
    for role, viewer in people.items():
        for language in Language:
            name = f"{state}/{role}.{language.value}"
            chat = await stage.link(viewer, language.value)
            transcript = await in_telegram(stage.api, chat, SCRIPTS[role], language.value)
            assert transcript == on_record(name, transcript)
            dialogue, chats = stage.terminal(viewer, language)
            assert await in_terminal(dialogue, chats, SCRIPTS[role]) == transcript


async def acknowledge(stage: Stage) -> None:
    """By two coordinators, the one looking at a list that the other has changed; and by who is none any more."""
    colleague = Viewer(str(new_id()), Role.COORDINATOR)
    chat, other = await stage.link(COORDINATOR, "en"), await stage.link(colleague, "hi")
    transcript = await in_telegram(stage.api, chat, ["/lowpackages", "2"], "en")
    assert transcript == on_record("acknowledging.en", transcript)
    assert transcript.count("(seen)") == 1

    await stage.api.ask(other, "/lowpackages", "hi")
    pressed = stage.api.latest(other)
    first, second = list(pressed.buttons.values())[:2]
    assert await stage.api.press(other, first) == said("seen-notice", Language.HINDI, name="Family <1>")
    assert await stage.api.press(other, first) == said("seen-notice", Language.HINDI, name="Family <1>")
    assert stage.api.latest(other).text.count("(देखा गया)") == 2
    alerts = await stage.office.asker.ask("gateway", ACKNOWLEDGED)
    assert [alert["acknowledgedBy"] for alert in alerts["lowPackageAlerts"]["nodes"]] == [
        colleague.subject,
        COORDINATOR.subject,
    ]
    before = len(stage.api.sent)
    assert await stage.api.press(other, "ack:1:" + "0" * 32) == said("alert-gone", Language.HINDI)
    assert await stage.api.press(other, "low:99999") == ""
    assert "\n106. Other" in stage.api.latest(other).text
    assert await stage.api.press(other, "low:0") == said("press-unknown", Language.HINDI)
    await stage.api.ask(other, "/stop")
    assert await stage.api.press(other, second, pressed.message_id) == said("press-not-linked")
    assert len(stage.api.sent) == before + 1
    await stage.link(stage.office.people["parent"], "en", other)
    assert await stage.api.press(other, second, pressed.message_id) == said("press-unknown")
    assert await stage.api.press(other, "low:1", pressed.message_id) == ""
    assert stage.api.sent[pressed.message_id - 1].text.startswith("Your sessions are not running low")


ACKNOWLEDGED = """query { lowPackageAlerts(filter: {acknowledged: true}, first: 10) { nodes { acknowledgedBy } } }"""
