"""The bot speaks another language in a chat from now on."""

from services.bot.domain.languages import Language
from shared.messaging.work import Work

_CHANGE = "UPDATE telegram_link SET language = $2 WHERE chat_id = $1"


async def change_language(work: Work, chat_id: int, language: Language) -> None:
    """A chat that is not linked is left as it is."""
    await work.database.execute(_CHANGE, chat_id, language.value)
