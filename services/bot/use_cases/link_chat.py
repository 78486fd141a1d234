"""Links the chat that a `/start SECRET` came from to the person whom the secret was made for."""

from services.bot.domain.links import digest_of
from services.bot.use_cases.unlink_chat import unlink
from shared.auth.viewer import Role
from shared.ids import new_id
from shared.messaging.work import Work

# The same chat may use its secret again: Telegram can deliver an update twice.
_USE = """
    UPDATE link_invitation SET chat_id = $2
    WHERE secret_sha256 = $1 AND expires_at > $3 AND (chat_id IS NULL OR chat_id = $2)
    RETURNING subject, role
"""
_OTHER_PERSON = "SELECT subject FROM telegram_link WHERE chat_id = $1 AND subject <> $2"
_LINK = """
    INSERT INTO telegram_link (id, subject, chat_id, role, linked_at) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (subject) DO UPDATE
    SET chat_id = excluded.chat_id, role = excluded.role, linked_at = excluded.linked_at, blocked_at = NULL
"""


async def link_chat(work: Work, chat_id: int, secret: str) -> Role | None:
    """The linked person's role, or None when the secret is unknown, used or over.

    A chat changes its person and a person changes the chat: the newest link is the one that counts.
    """
    now = work.clock.now()
    async with work.database.transaction() as transaction:
        invited = await transaction.row(_USE, digest_of(secret), chat_id, now)
        if invited is None:
            return None
        if other := await transaction.value(_OTHER_PERSON, chat_id, invited["subject"]):
            await unlink(transaction, other)
        await transaction.execute(_LINK, new_id(), invited["subject"], chat_id, invited["role"], now)
    return Role(invited["role"])
