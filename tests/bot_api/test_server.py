"""The loopback Bot API spoken to by real aiogram, so that the bot's tests stand on something that holds."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import (
    TelegramBadRequest,
    TelegramForbiddenError,
    TelegramRetryAfter,
    TelegramServerError,
    TelegramUnauthorizedError,
)
from aiogram.types import BotCommand

from tests.bot_api.server import TOKEN, USERNAME, BotApi, Failure, serving_bot_api


def bot_of(api: BotApi, token: str = TOKEN) -> Bot:
    return Bot(token, session=AiohttpSession(api=TelegramAPIServer.from_base(api.url)))


@pytest_asyncio.fixture
async def api() -> AsyncIterator[BotApi]:
    async with serving_bot_api() as serving:
        yield serving


@pytest_asyncio.fixture
async def bot(api: BotApi) -> AsyncIterator[Bot]:
    async with bot_of(api) as talking:
        yield talking


async def test_it_knows_its_bot_and_no_other(api: BotApi, bot: Bot) -> None:
    assert (await bot.me()).username == USERNAME
    async with bot_of(api, "1:other") as stranger:
        with pytest.raises(TelegramUnauthorizedError):
            await stranger.get_me()


async def test_a_long_poll_ends_with_the_users_message_and_a_higher_offset_confirms_it(api: BotApi, bot: Bot) -> None:
    polling = asyncio.create_task(bot.get_updates(timeout=20))
    await api.calls_of("getUpdates", 1)
    await api.write(7, "/start hello")
    [update] = await polling
    assert update.message is not None
    assert (update.message.chat.id, update.message.text) == (7, "/start hello")
    assert [again.update_id for again in await bot.get_updates(offset=update.update_id, timeout=0)] == [1]
    assert await bot.get_updates(offset=update.update_id + 1, timeout=0) == []


async def test_messages_and_commands_arrive(api: BotApi, bot: Bot) -> None:
    await bot.send_message(7, "₹ नमस्ते")
    await bot.set_my_commands([BotCommand(command="help", description="What I can do")])
    assert await api.messages(7) == ["₹ नमस्ते"]
    assert api.commands == {"": [{"command": "help", "description": "What I can do"}]}


async def test_html_arrives_as_it_is_read_and_broken_html_does_not(api: BotApi, bot: Bot) -> None:
    await bot.send_message(7, "<b>a &lt; b</b> &amp; &#39;c&#39; * _", parse_mode="HTML")
    await bot.send_message(7, "<b>a</b> &amp; b")
    assert await api.messages(7, 2) == ["a < b & 'c' * _", "<b>a</b> &amp; b"]
    for broken in ("<b>a", "a</b>", "<Asha> & Co"):
        with pytest.raises(TelegramBadRequest, match="can't parse entities"):
            await bot.send_message(7, broken, parse_mode="HTML")


async def test_it_fails_as_told_and_then_no_more(api: BotApi, bot: Bot) -> None:
    api.fail_next("sendMessage", Failure(429, "Too Many Requests", 3), Failure(500, "Internal", after_doing_it=True))
    with pytest.raises(TelegramRetryAfter) as flood:
        await bot.send_message(7, "one")
    assert flood.value.retry_after == 3
    with pytest.raises(TelegramServerError):
        await bot.send_message(7, "two")
    await bot.send_message(7, "three")
    assert api.texts(7) == ["two", "three"]


async def test_who_blocked_the_bot_gets_nothing_until_writing_again(api: BotApi, bot: Bot) -> None:
    api.block(7)
    with pytest.raises(TelegramForbiddenError):
        await bot.send_message(7, "one")
    await api.write(7, "/help")
    await bot.send_message(7, "two")
    assert api.texts(7) == ["two"]
