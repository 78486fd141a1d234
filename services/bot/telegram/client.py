"""Telegram's Bot API: who the bot is, and sending a message with every way it can end."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import structlog
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.enums import ParseMode
from aiogram.exceptions import (
    AiogramError,
    TelegramBadRequest,
    TelegramForbiddenError,
    TelegramNotFound,
    TelegramRetryAfter,
)
from aiogram.types import InlineKeyboardMarkup
from markupsafe import escape

from services.bot.domain.deliveries import Blocked, Delivered, Outcome, Refused, SlowDown, Unreachable
from services.bot.use_cases.deliver_notifications import SEND_TIMEOUT_SECONDS
from shared.errors import UpstreamUnavailable

log = structlog.get_logger()


@asynccontextmanager
async def open_telegram(token: str, api_url: str) -> AsyncIterator["Telegram"]:
    async with Bot(token, session=AiohttpSession(api=TelegramAPIServer.from_base(api_url))) as bot:
        yield Telegram(bot)


class Telegram:
    """One bot, one session."""

    def __init__(self, bot: Bot) -> None:
        self.bot = bot

    async def name(self) -> str:
        """The bot's user name, asked once. Raises UpstreamUnavailable."""
        try:
            return (await self.bot.me()).username or ""
        except AiogramError as error:
            log.warning("telegram does not say who the bot is", error=type(error).__name__)
            raise UpstreamUnavailable("Telegram cannot be reached at the moment.") from error

    async def send(self, chat_id: int, text: str, markup: InlineKeyboardMarkup | None = None) -> Outcome:
        """A catalogue's text, or a plain one, once; never raises for anything that Telegram answers."""
        try:
            await self.bot.send_message(
                chat_id,
                escape(text),
                parse_mode=ParseMode.HTML,
                reply_markup=markup,
                request_timeout=SEND_TIMEOUT_SECONDS,
            )
        except TelegramRetryAfter as error:
            return SlowDown(timedelta(seconds=error.retry_after))
        except TelegramForbiddenError:
            return Blocked()
        except (TelegramBadRequest, TelegramNotFound) as error:
            return Refused(error.message)
        except AiogramError as error:
            return Unreachable(type(error).__name__)
        return Delivered()
