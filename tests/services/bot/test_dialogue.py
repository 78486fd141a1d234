"""What people ask and are told, frozen and live."""

import pytest

from services.bot.domain import replies
from shared.auth.viewer import Role
from tests.bot_api.server import Failure
from tests.services.bot.conftest import COORDINATOR, PARENT, TUTOR, Scene, Staging

LIVE_PAY = (
    "October 2026, so far\n"
    "Sessions completed: 5 (of which add-ons: 1)\n"
    "Rate per session: ₹300.00\n"
    "Gross: ₹1,500.00\n"
    "Net: ₹1,400.00\n"
    "Payout: the month is not closed yet\n"
    "\n"
    "September 2026\n"
    "Sessions completed: 8\n"
    "Rate per session: ₹300.00\n"
    "Gross: ₹2,400.00\n"
    "Net: ₹2,300.00\n"
    "Payout: paid"
)


async def test_a_tutor_asks_for_pay(staging: Staging) -> None:
    async with staging(NIVAA_FREEZE="none") as scene:
        await scene.link(TUTOR, 7)
        assert await scene.api.ask(7, "/mypay") == LIVE_PAY
        scene.books.payouts.clear()
        assert await scene.api.ask(7, "/mypay@nivaa_test_bot") == LIVE_PAY.partition("\n\n")[0]


async def test_under_the_freeze_the_counts_stay_and_the_money_is_a_placeholder(scene: Scene) -> None:
    await scene.link(TUTOR, 7)
    frozen = await scene.api.ask(7, "/mypay")
    assert "₹" not in frozen
    assert frozen.startswith(
        "October 2026, so far\n"
        "Sessions completed: 5 (of which add-ons: 1)\n"
        "Rate per session: Unavailable during the beta\n"
        "Gross: Unavailable during the beta\n"
    )


async def test_the_gateway_is_asked_as_the_person_by_the_bot(scene: Scene) -> None:
    await scene.link(TUTOR, 7)
    await scene.api.ask(7, "/mypay")
    [viewer] = scene.books.seen
    assert (viewer.subject, viewer.role, viewer.actor) == (TUTOR.subject, Role.TUTOR, "bot")
    assert viewer.scopes == frozenset()


async def test_a_coordinator_gets_the_list_and_a_parent_their_own(scene: Scene) -> None:
    scene.books.low += [("Omar Khan", 1, 10), ("आशा राव", 0, 4)]
    await scene.link(COORDINATOR, 7)
    await scene.link(PARENT, 8)
    assert await scene.api.ask(7, "/lowpackages") == (
        "2 families are running low:\n• आशा राव: 0 of 4 left\n• Omar Khan: 1 of 10 left"
    )
    assert await scene.api.ask(8, "/lowpackages") == "Your sessions are not running low: 9 of 10 left."
    scene.books.own_remaining = 1
    assert await scene.api.ask(8, "/lowpackages") == "Your sessions are running low: 1 of 10 left."


async def test_commands_are_for_their_roles(scene: Scene) -> None:
    await scene.link(PARENT, 7)
    await scene.link(TUTOR, 8)
    assert await scene.api.ask(7, "/mypay") == replies.TUTORS_ONLY
    assert await scene.api.ask(8, "/lowpackages") == replies.FAMILIES_ONLY
    assert scene.books.seen == []


@pytest.mark.parametrize("text", ["/help", "/start", "/unknown", "hello there", "/", "😀"])
async def test_whatever_else_is_written_gets_help(scene: Scene, text: str) -> None:
    await scene.link(TUTOR, 7)
    assert await scene.api.ask(7, text) == replies.help_for(Role.TUTOR)
    assert await scene.api.ask(8, text) == replies.NOT_LINKED


async def test_a_gateway_in_trouble_is_told_and_the_bot_lives_on(scene: Scene) -> None:
    await scene.link(TUTOR, 7)
    scene.books.broken = True
    assert await scene.api.ask(7, "/mypay") == replies.TRY_LATER
    scene.books.broken = False
    assert (await scene.api.ask(7, "/mypay")).startswith("October 2026")


async def test_groups_are_not_answered(scene: Scene) -> None:
    await scene.link(TUTOR, 7)
    await scene.api.write(-100, "/mypay", chat_type="group")
    await scene.api.ask(7, "/help")
    assert scene.api.texts(-100) == []


async def test_commands_are_announced(scene: Scene) -> None:
    await scene.link(TUTOR, 7)
    assert [command["command"] for command in scene.api.commands] == ["mypay", "lowpackages", "help", "stop"]


async def test_telegram_in_trouble_is_polled_again(scene: Scene) -> None:
    await scene.link(TUTOR, 7)
    scene.api.fail_next("getUpdates", Failure(502, "Bad Gateway"), Failure(409, "Conflict"))
    assert await scene.api.ask(7, "/help") == replies.help_for(Role.TUTOR)
    assert await scene.api.ask(7, "/help") == replies.help_for(Role.TUTOR)
    assert scene.api.failures_left("getUpdates") == 0


async def test_questions_asked_while_the_bot_was_away_are_answered_when_it_is_back(staging: Staging) -> None:
    async with staging() as before:
        await before.link(TUTOR, 7)
    await before.api.write(7, "/help")
    async with staging() as after:
        assert (await after.api.messages(7, 2))[1:] == [replies.help_for(Role.TUTOR)]
