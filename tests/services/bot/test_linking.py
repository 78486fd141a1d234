"""Linking a chat to a person, once, for a while; and leaving again."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from services.bot.component import COMPONENT
from services.bot.domain.links import digest_of
from shared.auth.viewer import Role, Viewer
from shared.clock import TravellingClock
from tests.asking import Refused
from tests.bot_api.server import USERNAME
from tests.conftest import Hosting
from tests.services.bot.conftest import COORDINATOR, INVITE, PARENT, TUTOR, Scene, Staging, help_of, said, welcome_of

LINK = "{ telegramLink { id linkedAt blocked } }"


async def test_a_link_leads_to_the_bot_and_soon_ends(scene: Scene) -> None:
    link = (await scene.asker.ask("bot", INVITE, PARENT))["createTelegramLink"]
    address, _, secret = str(link["url"]).partition("?start=")
    assert address == f"https://t.me/{USERNAME}"
    assert len(secret) == 43
    lifetime = datetime.fromisoformat(link["expiresAt"]) - datetime.now(UTC)
    assert timedelta(minutes=14) < lifetime <= timedelta(minutes=15)


async def test_only_a_digest_of_the_secret_is_stored(scene: Scene) -> None:
    secret = await scene.secret(PARENT)
    [row] = await scene.database.rows("SELECT * FROM link_invitation")
    assert secret not in str(row)
    assert row["secret_sha256"] == digest_of(secret)


async def test_starting_with_it_links_the_chat(scene: Scene) -> None:
    assert (await scene.asker.ask("bot", LINK, PARENT))["telegramLink"] is None
    reply = await scene.api.ask(7, f"/start {await scene.secret(PARENT)}")
    assert reply == welcome_of(Role.PARENT)
    assert (await scene.asker.ask("bot", LINK, PARENT))["telegramLink"]["blocked"] is False
    assert (await scene.asker.ask("bot", LINK, TUTOR))["telegramLink"] is None


async def test_a_secret_works_once_but_an_update_may_come_twice(scene: Scene) -> None:
    secret = await scene.secret(PARENT)
    assert await scene.api.ask(7, f"/start {secret}") == welcome_of(Role.PARENT)
    assert await scene.api.ask(7, f"/start {secret}") == welcome_of(Role.PARENT)
    assert await scene.api.ask(8, f"/start {secret}") == said("link-used")
    assert await scene.api.ask(8, "/help") == said("not-linked")


async def test_of_two_chats_at_once_one_is_linked(scene: Scene) -> None:
    secret = await scene.secret(PARENT)
    replies = await asyncio.gather(*(scene.api.ask(chat, f"/start {secret}") for chat in range(1, 9)))
    assert sorted(replies) == sorted([welcome_of(Role.PARENT)] + [said("link-used")] * 7)


@pytest.mark.parametrize("secret", ["made-up", "' OR 1=1 --", "é" * 60])
async def test_a_made_up_secret_links_nothing(scene: Scene, secret: str) -> None:
    assert await scene.api.ask(7, f"/start {secret}") == said("link-unknown")


async def test_a_newer_invitation_ends_the_older(scene: Scene) -> None:
    older, newer = await scene.secret(PARENT), await scene.secret(PARENT)
    assert await scene.api.ask(7, f"/start {older}") == said("link-unknown")
    assert await scene.api.ask(7, f"/start {newer}") == welcome_of(Role.PARENT)


async def test_after_fifteen_minutes_it_is_over(staging: Staging) -> None:
    clock = TravellingClock()
    async with staging(clock=clock) as scene:
        secret = await scene.secret(PARENT)
        clock.travel_to(clock.now() + timedelta(minutes=15))
        assert await scene.api.ask(7, f"/start {secret}") == said("link-expired", minutes=15)
        clock.travel_to(clock.now() + timedelta(days=2))
        await scene.link(TUTOR, 8)
        assert await scene.api.ask(7, f"/start {secret}") == said("link-unknown")


async def test_a_person_has_one_chat_and_the_one_they_left_is_told(scene: Scene) -> None:
    first = await scene.secret(PARENT)
    assert await scene.api.ask(7, f"/start {first}") == welcome_of(Role.PARENT)
    second = await scene.secret(PARENT)
    assert await scene.api.ask(8, f"/start {second}") == welcome_of(Role.PARENT)
    assert (await scene.api.messages(7, 2))[1] == said("linked-elsewhere")
    assert await scene.api.ask(7, "/help") == said("not-linked")
    assert await scene.api.ask(7, f"/start {first}") == said("link-used")
    assert await scene.api.ask(8, f"/start {second}") == welcome_of(Role.PARENT)
    assert len(scene.api.texts(7)) == 4


async def test_a_chat_has_one_person_and_is_told_when_it_is_another(scene: Scene) -> None:
    await scene.link(PARENT, 8)
    taken_over = await scene.api.ask(8, f"/start {await scene.secret(TUTOR)}")
    assert taken_over == welcome_of(Role.TUTOR, took_over=True)
    assert await scene.api.ask(8, "/help") == help_of(Role.TUTOR)
    assert (await scene.asker.ask("bot", LINK, PARENT))["telegramLink"] is None


async def test_who_links_anew_in_another_role_has_that_role(scene: Scene) -> None:
    await scene.link(PARENT, 7)
    await scene.link(Viewer(PARENT.subject, Role.COORDINATOR), 7)
    assert await scene.api.ask(7, "/help") == help_of(Role.COORDINATOR)


async def test_stop_unlinks_and_its_secret_is_spent(scene: Scene) -> None:
    secret = await scene.secret(PARENT)
    await scene.api.ask(7, f"/start {secret}")
    assert await scene.api.ask(7, "/stop") == said("unlinked")
    assert await scene.api.ask(7, f"/start {secret}") == said("link-used")
    assert await scene.api.ask(7, "/stop") == said("not-linked")
    await scene.link(PARENT, 7)


async def test_a_service_has_no_chat(scene: Scene) -> None:
    with pytest.raises(Refused) as refused:
        await scene.asker.ask("bot", INVITE, Viewer("reporting", Role.SERVICE))
    assert refused.value.code == "FORBIDDEN"


async def test_entities_are_resolved_for_their_owner_alone(scene: Scene) -> None:
    await scene.link(PARENT, 7)
    link_id = (await scene.asker.ask("bot", LINK, PARENT))["telegramLink"]["id"]
    query = "query($r: [_Any!]!) { _entities(representations: $r) { ... on TelegramLink { id blocked } } }"
    asked = [{"__typename": "TelegramLink", "id": link_id}]
    found = await scene.asker.ask("bot", query, PARENT, r=asked)
    assert found["_entities"] == [{"id": link_id, "blocked": False}]
    assert (await scene.asker.ask("bot", query, COORDINATOR, r=asked))["_entities"] == [None]


async def test_without_a_token_there_is_no_bot_to_link(hosting: Hosting) -> None:
    async with hosting([COMPONENT]) as asker:
        with pytest.raises(Refused) as refused:
            await asker.ask("bot", INVITE, PARENT)
        assert refused.value.code == "BOT_NOT_CONFIGURED"
        assert (await asker.ask("bot", LINK, PARENT))["telegramLink"] is None
