"""Who is behind a chat; links and deliveries for GraphQL."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from services.bot.domain.languages import Language
from shared.auth.viewer import Role
from shared.database.database import Database
from shared.database.row import Row

_PERSON = "SELECT subject, role, language FROM telegram_link WHERE chat_id = $1"
_LINK_OF = "SELECT id, linked_at, blocked_at FROM telegram_link WHERE subject = $1"
_LINK = "SELECT id, linked_at, blocked_at FROM telegram_link WHERE subject = $1 AND id = $2"

_DELIVERIES = """
    SELECT cause_id, kind, subject, role, state, attempts, reason, created_at, due_at, sending_at, sent_at FROM delivery
    WHERE cause_id = ANY($1::uuid[]) ORDER BY occurred_at, id
"""


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


async def deliveries_by_cause(database: Database, cause_ids: Sequence[UUID]) -> dict[UUID, list[Row]]:
    """What was, or is to be, sent about each, in the order in which it happened."""
    found: dict[UUID, list[Row]] = {}
    for row in await database.rows(_DELIVERIES, list(cause_ids)):
        found.setdefault(row["cause_id"], []).append(row)
    return found
