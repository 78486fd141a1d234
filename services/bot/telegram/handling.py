"""Has stored updates answered: those of one chat in their order, those of different chats side by side."""

import asyncio
from contextlib import suppress
from functools import partial
from itertools import groupby

import structlog
from aiogram import Bot, Dispatcher
from aiogram.types import Update

from services.bot.ending import end
from services.bot.use_cases.take_updates import StoredUpdate, forget_old_updates, mark_handled, unhandled_updates
from shared.database.database import Database
from shared.database.outage import is_out_of_reach

log = structlog.get_logger()

MOST_AT_ONCE = 100
BACKSTOP_SECONDS = 0.5
"""For what another process has stored."""
FORGET_EVERY_SECONDS = 3_600


class Handling:
    """`arrived` is set when updates have been stored."""

    def __init__(self, database: Database, bot: Bot, dispatcher: Dispatcher, arrived: asyncio.Event) -> None:
        self._database = database
        self._bot = bot
        self._dispatcher = dispatcher
        self._arrived = arrived
        self._under_way: dict[int, asyncio.Task[None]] = {}
        self._forget_at = 0.0

    async def run(self) -> None:
        """Until cancelled. Answers that are being given then are given a while; the next start gives the others."""
        try:
            while True:
                self._arrived.clear()
                await self._look()
                with suppress(TimeoutError):
                    async with asyncio.timeout(BACKSTOP_SECONDS):
                        await self._arrived.wait()
        finally:
            await end(self._under_way.values())

    async def _look(self) -> None:
        try:
            await self._forget()
            found = await unhandled_updates(self._database, self._under_way, MOST_AT_ONCE)
        except Exception as error:
            if not is_out_of_reach(error):
                raise
            log.warning("updates wait", error=repr(error))
            return
        for chat_id, updates in groupby(sorted(found, key=_by_chat), key=lambda update: update.chat_id):
            task = self._under_way[chat_id] = asyncio.create_task(self._handle_all(list(updates)))
            task.add_done_callback(partial(self._is_done, chat_id))

    def _is_done(self, chat_id: int, task: asyncio.Task[None]) -> None:
        del self._under_way[chat_id]
        if not task.cancelled() and (error := task.exception()):
            log.warning("updates wait", error=repr(error))
        else:
            self._arrived.set()

    async def _handle_all(self, updates: list[StoredUpdate]) -> None:
        for update in updates:
            await self._handle(update)
            await mark_handled(self._database, update)

    async def _handle(self, stored: StoredUpdate) -> None:
        try:
            update = Update.model_validate_json(stored.body, context={"bot": self._bot})
            await self._dispatcher.feed_update(self._bot, update)
        except Exception as error:
            if is_out_of_reach(error):
                raise
            log.exception("update could not be handled", update=stored.update_id)

    async def _forget(self) -> None:
        now = asyncio.get_running_loop().time()
        if now >= self._forget_at:
            await forget_old_updates(self._database)
            self._forget_at = now + FORGET_EVERY_SECONDS


def _by_chat(update: StoredUpdate) -> tuple[int, int]:
    return update.chat_id, update.update_id
