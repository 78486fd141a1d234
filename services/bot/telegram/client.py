"""Telegram's Bot API: who the bot is, and sending a message with every way it can end."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import structlog
from aiogram import Bot
from aiogram.client.telegram import TelegramAPIServer
from aiogram.enums import ParseMode
from aiogram.exceptions import (
    AiogramError,
    ClientDecodeError,
    TelegramAPIError,
    TelegramBadRequest,
    TelegramEntityTooLarge,
    TelegramForbiddenError,
    TelegramRetryAfter,
)
from aiogram.types import InlineKeyboardMarkup
from aiogram.utils.token import TokenValidationError
from markupsafe import escape

from services.bot.domain.deliveries import Blocked, Delivered, Outcome, Refused, SlowDown, Unreachable, Withheld
from services.bot.telegram.announced import Announce, AnnouncingSession, NotSent, announced
from services.bot.telegram.pace import Pace
from shared.errors import NivaaError, UpstreamUnavailable

log = structlog.get_logger()

SEND_TIMEOUT_SECONDS = 30
"""Telegram is slow at times, and who does not wait sends twice."""


@asynccontextmanager
async def open_telegram(token: str, api_url: str, pace: Pace) -> AsyncIterator["Telegram"]:
    """Raises NivaaError for what is no token."""
    try:
        bot = Bot(token, session=AnnouncingSession(api=TelegramAPIServer.from_base(api_url)))
    except TokenValidationError:
        raise NivaaError("NIVAA_BOT_TOKEN is like 123456:ABC-DEF1234, a number and a secret") from None
    async with bot:
        yield Telegram(bot, pace)


class Telegram:
    """One bot, one session, one pace for everything that is sent."""

    def __init__(self, bot: Bot, pace: Pace) -> None:
        self.bot = bot
        self.pace = pace

    async def name(self) -> str:
        """The bot's user name, asked once. Raises UpstreamUnavailable."""
        try:
            return (await self.bot.me()).username or ""
        except AiogramError as error:
            log.warning("telegram does not say who the bot is", error=type(error).__name__)
            raise UpstreamUnavailable("Telegram cannot be reached at the moment.") from error

    async def send(
        self,
        chat_id: int,
        text: str,
        markup: InlineKeyboardMarkup | None = None,
        announce: Announce | None = None,
    ) -> Outcome:
        """A catalogue's text, or a plain one, once, when its turn has come; never raises for what Telegram answers.

        What is announced lets all other messages go first, and goes only if the announcement says so.
        """
        async with self.pace.turn(chat_id, patient=announce is not None):
            outcome = await self._send(chat_id, text, markup, announce)
        if isinstance(outcome, SlowDown):
            self.pace.rest(outcome.wait.total_seconds())
        return outcome

    async def _send(
        self, chat_id: int, text: str, markup: InlineKeyboardMarkup | None, announce: Announce | None
    ) -> Outcome:
        try:
            with announced(announce):
                await self.bot.send_message(
                    chat_id,
                    escape(text),
                    parse_mode=ParseMode.HTML,
                    reply_markup=markup,
                    request_timeout=SEND_TIMEOUT_SECONDS,
                )
        except NotSent:
            return Withheld()
        except TelegramRetryAfter as error:
            return SlowDown(timedelta(seconds=error.retry_after))
        except TelegramForbiddenError:
            return Blocked()
        except (TelegramBadRequest, TelegramEntityTooLarge) as error:
            return Refused(error.message)
        except AiogramError as error:
            return Delivered() if _was_taken(error) else Unreachable(_words(error))
        return Delivered()


def _was_taken(error: AiogramError) -> bool:
    """Telegram said yes, and something about the message that aiogram does not understand."""
    return isinstance(error, ClientDecodeError) and isinstance(error.data, dict) and error.data.get("ok") is True


def _words(error: AiogramError) -> str:
    return error.message if isinstance(error, TelegramAPIError) else type(error).__name__
