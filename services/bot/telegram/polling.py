"""Long polling: takes updates, has them answered, and only then confirms them.

Updates of one chat are handled in their order, those of different chats side by side. What was being answered when
the process died comes again; every answer can be given twice.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from itertools import groupby

import structlog
from aiogram.exceptions import AiogramError
from aiogram.types import Update

from services.bot.dialogue import Dialogue
from services.bot.finishing import finished
from services.bot.telegram.client import Telegram
from services.bot.telegram.dialogue import dispatcher_of, introduce

log = structlog.get_logger()

POLL_SECONDS = 20
LONGEST_PAUSE_SECONDS = 30


async def poll(telegram: Telegram, dialogue: Dialogue) -> None:
    """Until cancelled. While Telegram is out of reach it is asked ever more rarely."""
    polling, failures = _Polling(telegram, dialogue), 0
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
    def __init__(self, telegram: Telegram, dialogue: Dialogue) -> None:
        self._bot = telegram.bot
        self._catalogues = dialogue.catalogues
        self._dispatcher = dispatcher_of(telegram, dialogue)
        self._introduced = False
        self._next_update_id = 0

    async def once(self) -> None:
        if not self._introduced:
            await self._introduce()
        updates = await self._bot.get_updates(
            offset=self._next_update_id,
            timeout=POLL_SECONDS,
            allowed_updates=["message", "callback_query"],
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
        await introduce(self._bot, self._catalogues)
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
    if update.message:
        return update.message.chat.id
    return update.callback_query.from_user.id if update.callback_query else 0
