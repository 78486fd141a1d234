"""Who is behind a chat, and links for GraphQL."""

from dataclasses import dataclass
from uuid import UUID

from services.bot.domain.languages import Language
from shared.auth.viewer import Role
from shared.database.database import Database, Row

_PERSON = "SELECT subject, role, language FROM telegram_link WHERE chat_id = $1"
_LINK_OF = "SELECT id, linked_at, blocked_at FROM telegram_link WHERE subject = $1"
_LINK = "SELECT id, linked_at, blocked_at FROM telegram_link WHERE subject = $1 AND id = $2"


@dataclass(frozen=True, slots=True)
class LinkedPerson:
    """`subject` is what the person's own tokens say; `language` is the one that the bot speaks to them."""

    subject: str
    role: Role
    language: Language


async def person_of(database: Database, chat_id: int) -> LinkedPerson | None:
    row = await database.row(_PERSON, chat_id)
    return None if row is None else LinkedPerson(row["subject"], Role(row["role"]), Language.spoken(row["language"]))


async def link_of(database: Database, subject: str) -> Row | None:
    return await database.row(_LINK_OF, subject)


async def link(database: Database, subject: str, link_id: UUID) -> Row | None:
    """The link, if it is the subject's own."""
    return await database.row(_LINK, subject, link_id)
