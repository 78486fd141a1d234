"""Who is behind a chat, and how that changes. Telegram's chats are linked to people in the database; the terminal's is
of the one person who talks there (nivaa/talking.py)."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from services.bot import reads
from services.bot.domain.languages import Language
from services.bot.domain.links import Linked, LinkRefusal
from services.bot.reads import LinkedPerson
from services.bot.use_cases.change_language import change_language
from services.bot.use_cases.link_chat import link_chat
from services.bot.use_cases.unblock_chat import unblock_chat
from services.bot.use_cases.unlink_chat import unlink_chat
from shared.messaging.work import Work


class Chats(Protocol):
    async def heard_from(self, chat_id: int) -> LinkedPerson | None:
        """The person behind a chat in which something was written or pressed."""

    async def link(self, chat_id: int, secret: str, language: Language) -> Linked | LinkRefusal: ...

    async def unlink(self, chat_id: int) -> None: ...

    async def change_language(self, chat_id: int, language: Language) -> None: ...


@dataclass(frozen=True, slots=True)
class LinkedChats:
    """Pushes older than `give_up_after` are not sent any more to somebody who is heard from again."""

    work: Work
    give_up_after: timedelta

    async def heard_from(self, chat_id: int) -> LinkedPerson | None:
        await unblock_chat(self.work, chat_id, self.give_up_after)
        return await reads.person_of(self.work.database, chat_id)

    async def link(self, chat_id: int, secret: str, language: Language) -> Linked | LinkRefusal:
        return await link_chat(self.work, chat_id, secret, language)

    async def unlink(self, chat_id: int) -> None:
        await unlink_chat(self.work, chat_id)

    async def change_language(self, chat_id: int, language: Language) -> None:
        await change_language(self.work, chat_id, language)
