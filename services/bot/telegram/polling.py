"""Long polling: takes updates, has them answered, and only then confirms them.

Updates of one chat are handled in their order, those of different chats side by side. What was being answered when
the process died comes again; every answer can be given twice.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import timedelta
from itertools import groupby

import structlog
from aiogram import Dispatcher, F, Router
from aiogram.enums import ChatType
from aiogram.exceptions import AiogramError
from aiogram.types import BotCommand, Message, Update

from services.bot.domain.deliveries import SlowDown
from services.bot.domain.replies import COMMANDS
from services.bot.finishing import finished
from services.bot.telegram.client import Telegram

log = structlog.get_logger()

Answerer = Callable[[int, str], Awaitable[str]]
"""From the chat and what was written there to the reply."""

POLL_SECONDS = 20
LONGEST_PAUSE_SECONDS = 30
LONGEST_REPLY_PAUSE = timedelta(seconds=5)
"""A reply that would have to wait for longer is dropped: who asked can ask again."""


async def poll(telegram: Telegram, answerer: Answerer) -> None:
    """Until cancelled. While Telegram is out of reach it is asked ever more rarely."""
    polling, failures = _Polling(telegram, _dispatcher(telegram, answerer)), 0
    try:
        while True:
            try:
                await polling.once()
            except AiogramError as error:
                failures += 1
                log.warning("telegram cannot be polled", error=type(error).__name__, failures=failures)
                await asyncio.sleep(min(1 << failures, LONGEST_PAUSE_SECONDS))
            else:
                failures = 0
    finally:
        await polling.confirm()


class _Polling:
    def __init__(self, telegram: Telegram, dispatcher: Dispatcher) -> None:
        self._bot = telegram.bot
        self._dispatcher = dispatcher
        self._introduced = False
        self._next_update_id = 0

    async def once(self) -> None:
        if not self._introduced:
            await self._introduce()
        updates = await self._bot.get_updates(
            offset=self._next_update_id,
            timeout=POLL_SECONDS,
            allowed_updates=["message"],
            request_timeout=POLL_SECONDS + 10,
        )
        if updates:
            await finished(self._handle_all(updates))

    async def confirm(self) -> None:
        """Says which updates are answered, which otherwise the next poll would."""
        with suppress(AiogramError):
            await self._bot.get_updates(offset=self._next_update_id, limit=1, timeout=0, request_timeout=2)

    async def _introduce(self) -> None:
        """A webhook, if there ever was one, would keep polling from getting anything."""
        await self._bot.delete_webhook()
        await self._bot.set_my_commands(
            [BotCommand(command=name, description=meaning) for name, meaning in COMMANDS.items()]
        )
        self._introduced = True

    async def _handle_all(self, updates: Sequence[Update]) -> None:
        async with asyncio.TaskGroup() as chats:
            for _, same_chat in groupby(sorted(updates, key=_chat_id), key=_chat_id):
                chats.create_task(self._handle(list(same_chat)))
        self._next_update_id = updates[-1].update_id + 1

    async def _handle(self, updates: Sequence[Update]) -> None:
        for update in updates:
            try:
                await self._dispatcher.feed_update(self._bot, update)
            except Exception:  # one bad update must not come again for ever
                log.exception("update could not be handled", update=update.update_id)


def _chat_id(update: Update) -> int:
    return update.message.chat.id if update.message else 0


def _dispatcher(telegram: Telegram, answerer: Answerer) -> Dispatcher:
    """Only private chats: in a group everybody would read what one person may see."""
    router = Router()

    @router.message(F.chat.type == ChatType.PRIVATE, F.text)
    async def on_text(message: Message) -> None:
        reply = await answerer(message.chat.id, message.text or "")
        outcome = await telegram.send(message.chat.id, reply)
        if isinstance(outcome, SlowDown) and outcome.wait <= LONGEST_REPLY_PAUSE:
            await asyncio.sleep(outcome.wait.total_seconds())
            await telegram.send(message.chat.id, reply)

    dispatcher = Dispatcher()
    dispatcher.include_router(router)
    return dispatcher
