"""Delivers notifications for as long as the bot runs."""

import asyncio

from services.bot.use_cases.deliver_notifications import Send, deliver_notifications
from shared.messaging.work import Work

BACKSTOP_SECONDS = 0.5


async def keep_delivering(work: Work, send: Send, due: asyncio.Event) -> None:
    """Until cancelled. The poll finds what becomes due by time, or what another process has left."""
    while True:
        due.clear()
        while await deliver_notifications(work, send):
            pass
        try:
            async with asyncio.timeout(BACKSTOP_SECONDS):
                await due.wait()
        except TimeoutError:
            continue
