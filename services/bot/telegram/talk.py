"""Everything that is done with Telegram while this process has the turn."""

import asyncio
from collections.abc import Collection, Coroutine, Sequence
from datetime import UTC, datetime
from typing import Any

from services.bot.courier import Courier, Round
from services.bot.dialogue import Dialogue
from services.bot.domain.notices import NoticeKind
from services.bot.settings import BotSettings
from services.bot.telegram.client import Telegram
from services.bot.telegram.dialogue import dispatcher_of, introduce
from services.bot.telegram.handling import Handling
from services.bot.telegram.receiving import poll, register_webhook, until_done
from services.bot.turn import Turn
from services.bot.use_cases.take_updates import StoredUpdate, store_updates
from services.bot.wording import Wording
from shared.messaging.work import Work


class Talk:
    """`due` is set when there is something new to deliver."""

    def __init__(
        self, work: Work, telegram: Telegram, settings: BotSettings, dialogue: Dialogue, due: asyncio.Event
    ) -> None:
        self._work = work
        self._telegram = telegram
        self._settings = settings
        self._catalogues = dialogue.catalogues
        self._due = due
        self._arrived = asyncio.Event()
        self._handling = Handling(work.database, telegram.bot, dispatcher_of(telegram, dialogue), self._arrived)

    async def run(self, turn: Turn) -> None:
        """Until cancelled."""
        pause = (turn.begins_at - datetime.now(UTC)).total_seconds()
        self._telegram.pace.rest(max(pause, 0.0))
        await _together(self._receive(), self._handling.run(), self._courier(turn).run())

    async def store(self, updates: Sequence[StoredUpdate]) -> None:
        """For whichever process has the turn."""
        await store_updates(self._work.database, updates)
        self._arrived.set()

    async def _receive(self) -> None:
        bot = self._telegram.bot
        await until_done(lambda: introduce(bot, self._catalogues))
        if not self._settings.webhook_url:
            await poll(bot, self.store)
        await register_webhook(bot, self._settings.webhook_url, self._settings.webhook_secret.get_secret_value())

    def _courier(self, turn: Turn) -> Courier:
        wording = Wording(self._catalogues, self._settings.freeze)
        going_by = Round(word=wording.word, held_back=self._held_back, time_limit=self._settings.give_up_after)
        return Courier(self._work, self._telegram.send, going_by, turn, self._due)

    def _held_back(self, now: datetime) -> Collection[NoticeKind]:
        quiet = self._settings.quiet_hours
        if quiet is None or not quiet.hold(now.astimezone(self._settings.zone).time()):
            return frozenset()
        return self._settings.quiet_kinds


async def _together(*jobs: Coroutine[Any, Any, None]) -> None:
    """The first one to fail ends the others, and is what is raised."""
    try:
        async with asyncio.TaskGroup() as group:
            for job in jobs:
                group.create_task(job)
    except BaseExceptionGroup as failed:
        raise failed.exceptions[0] from None
