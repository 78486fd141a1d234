"""Two ways in which Telegram's updates come: asked for by long polling, or sent to a webhook. Either stores them.

At most one way works at a time: Telegram answers no poll while it knows of a webhook.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import structlog
from aiogram import Bot
from aiogram.exceptions import AiogramError
from aiogram.types import Update

from services.bot.use_cases.take_updates import StoredUpdate

log = structlog.get_logger()

Store = Callable[[Sequence[StoredUpdate]], Awaitable[None]]

KINDS = ["message", "callback_query"]
"""Of updates that the bot wants to hear of."""
POLL_SECONDS = 20
LONGEST_PAUSE_SECONDS = 30


async def poll(bot: Bot, store: Store) -> None:
    """Until cancelled. An update is confirmed to Telegram by the poll after the one that brought it, once it is stored.

    While Telegram is out of reach it is asked ever more rarely.
    """
    await until_done(bot.delete_webhook)
    next_update_id, failures = 0, 0
    while True:
        try:
            updates = await bot.get_updates(
                offset=next_update_id,
                timeout=POLL_SECONDS,
                allowed_updates=KINDS,
                request_timeout=POLL_SECONDS + 10,
            )
            await store([_stored(update) for update in updates])
        except Exception as error:  # noqa: BLE001 - Telegram or the database; what is not stored comes again
            failures += 1
            await _pause(failures, error)
        else:
            failures = 0
            next_update_id = updates[-1].update_id + 1 if updates else next_update_id


async def register_webhook(bot: Bot, url: str, secret: str) -> None:
    """Has Telegram send its updates there. It stays so when the bot stops: Telegram keeps what comes meanwhile."""

    async def register() -> None:
        await bot.set_webhook(url, secret_token=secret, allowed_updates=KINDS)

    await until_done(register)


async def until_done(request: Callable[[], Awaitable[Any]]) -> None:
    failures = 0
    while True:
        try:
            await request()
        except AiogramError as error:
            failures += 1
            await _pause(failures, error)
        else:
            return


async def _pause(failures: int, error: Exception) -> None:
    log.warning("no word from telegram", error=type(error).__name__, failures=failures)
    await asyncio.sleep(min(1 << min(failures, 30), LONGEST_PAUSE_SECONDS))


def _stored(update: Update) -> StoredUpdate:
    body = update.model_dump_json(by_alias=True, exclude_none=True)
    return StoredUpdate(update.update_id, chat_of(update), body)


def chat_of(update: Update) -> int:
    if update.message:
        return update.message.chat.id
    return update.callback_query.from_user.id if update.callback_query else 0
