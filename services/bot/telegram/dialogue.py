"""Which updates are answered, and how: the dialogue as Telegram shows it."""

import asyncio
from datetime import timedelta

import structlog
from aiogram import Bot, Dispatcher, F, Router
from aiogram.enums import ChatType, ContentType, ParseMode
from aiogram.exceptions import AiogramError, TelegramBadRequest
from aiogram.types import (
    BotCommand,
    BotCommandScopeAllPrivateChats,
    CallbackQuery,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
)
from aiogram.types import Message as ChatMessage

from services.bot.dialogue import Dialogue
from services.bot.domain.catalogue import Catalogue, Catalogues
from services.bot.domain.commands import MEANINGS, parse
from services.bot.domain.deliveries import SlowDown
from services.bot.domain.languages import Language
from services.bot.domain.messages import Answer, Message, parted
from services.bot.telegram.client import Telegram

log = structlog.get_logger()

LONGEST_REPLY_PAUSE = timedelta(seconds=5)
"""A reply that would have to wait for longer is dropped: who asked can ask again."""
LONGEST_NOTICE = 200
WRITTEN = {
    *(ContentType.TEXT, ContentType.PHOTO, ContentType.STICKER, ContentType.VOICE, ContentType.AUDIO),
    *(ContentType.VIDEO, ContentType.VIDEO_NOTE, ContentType.ANIMATION, ContentType.DOCUMENT, ContentType.CONTACT),
    *(ContentType.LOCATION, ContentType.VENUE, ContentType.POLL, ContentType.DICE, ContentType.STORY),
}
"""What people write, as distinct from what Telegram tells of the chat."""


async def introduce(bot: Bot, catalogues: Catalogues) -> None:
    """Tells Telegram which commands there are, in every language; in English for those that the bot does not speak."""
    scope = BotCommandScopeAllPrivateChats()
    await bot.set_my_commands(_commands(catalogues[Language.ENGLISH]), scope=scope)
    for language, catalogue in catalogues.items():
        await bot.set_my_commands(_commands(catalogue), scope=scope, language_code=language.value)


def dispatcher_of(telegram: Telegram, dialogue: Dialogue) -> Dispatcher:
    router, shown = Router(), _Shown(telegram, dialogue)
    router.message(F.chat.type == ChatType.PRIVATE, F.content_type.in_(WRITTEN))(shown.on_message)
    router.message(F.chat.type != ChatType.PRIVATE, F.text.startswith("/"))(shown.on_group_command)
    router.callback_query()(shown.on_press)
    dispatcher = Dispatcher()
    dispatcher.include_router(router)
    return dispatcher


class _Shown:
    def __init__(self, telegram: Telegram, dialogue: Dialogue) -> None:
        self._telegram = telegram
        self._dialogue = dialogue

    async def on_message(self, message: ChatMessage) -> None:
        answer = await self._dialogue.hear(message.chat.id, message.text or "", _language_of(message))
        await self._say(message.chat.id, answer)

    async def on_group_command(self, message: ChatMessage) -> None:
        """Commands for another bot of the group are left to it."""
        if parse(message.text or "").bot in {"", (await self._telegram.name()).lower()}:
            await self._send(message.chat.id, self._dialogue.refuse_group(_language_of(message)))

    async def on_press(self, query: CallbackQuery) -> None:
        """In a private chat, which has its person's own number."""
        answer = await self._dialogue.press(query.from_user.id, query.data or "", query.from_user.language_code)
        if answer.message is not None and not await self._replaced(query, answer.message):
            await self._say(query.from_user.id, answer)
        try:
            await query.answer(answer.notice[:LONGEST_NOTICE] or None)
        except AiogramError as error:
            log.info("nobody waits for the press's answer any more", error=type(error).__name__)

    async def _say(self, chat_id: int, answer: Answer) -> None:
        for part in parted(answer.message) if answer.message else []:
            await self._send(chat_id, part)
        for elsewhere, message in answer.elsewhere:
            await self._send(elsewhere, message)

    async def _send(self, chat_id: int, message: Message) -> None:
        keyboard = _keyboard(message)
        outcome = await self._telegram.send(chat_id, message.text, keyboard)
        if isinstance(outcome, SlowDown) and outcome.wait <= LONGEST_REPLY_PAUSE:
            await asyncio.sleep(outcome.wait.total_seconds())
            await self._telegram.send(chat_id, message.text, keyboard)

    async def _replaced(self, query: CallbackQuery, message: Message) -> bool:
        """Whether the message that the button was under says this now; not when Telegram lets it be changed no more."""
        if query.message is None or len(parted(message)) > 1:
            return False
        chat_id, message_id = query.message.chat.id, query.message.message_id
        try:
            await self._telegram.bot.edit_message_text(
                message.text,
                chat_id=chat_id,
                message_id=message_id,
                parse_mode=ParseMode.HTML,
                reply_markup=_keyboard(message),
            )
        except TelegramBadRequest as error:
            return "not modified" in error.message
        except AiogramError as error:
            log.warning("message could not be changed", error=type(error).__name__)
            return False
        return True


def _language_of(message: ChatMessage) -> str | None:
    return message.from_user.language_code if message.from_user else None


def _commands(catalogue: Catalogue) -> list[BotCommand]:
    return [
        BotCommand(command=name, description=catalogue.text(meaning).unescape()) for name, meaning in MEANINGS.items()
    ]


def _keyboard(message: Message) -> InlineKeyboardMarkup | None:
    if not message.rows:
        return None
    rows = [
        [InlineKeyboardButton(text=button.label, callback_data=button.press) for button in row] for row in message.rows
    ]
    return InlineKeyboardMarkup(inline_keyboard=rows)
