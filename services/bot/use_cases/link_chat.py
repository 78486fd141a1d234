"""Links the chat that a `/start SECRET` came from to the person whom the secret was made for."""

from services.bot.domain.languages import Language
from services.bot.domain.links import Linked, LinkRefusal, digest_of, refusal
from services.bot.use_cases.unlink_chat import unlink
from shared.auth.viewer import Role
from shared.database.database import Transaction
from shared.database.row import Row
from shared.ids import new_id
from shared.messaging.work import Work

_INVITED = "SELECT subject, role, expires_at, chat_id FROM link_invitation WHERE secret_sha256 = $1 FOR UPDATE"
_SPEND_EARLIER = """
    UPDATE link_invitation SET chat_id = 0 WHERE subject = $1 AND chat_id IS NOT NULL AND secret_sha256 <> $2
"""
_USE = "UPDATE link_invitation SET chat_id = $2 WHERE secret_sha256 = $1"
_OTHER_PERSON = "SELECT subject FROM telegram_link WHERE chat_id = $1 AND subject <> $2"
_OTHER_CHAT = "SELECT chat_id FROM telegram_link WHERE subject = $1 AND chat_id <> $2"
# Who links anew has chosen a language before, perhaps by /language. A block ends by being heard from (unblock_chat).
_LINK = """
    INSERT INTO telegram_link (id, subject, chat_id, role, language, linked_at) VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (subject) DO UPDATE
    SET chat_id = excluded.chat_id, role = excluded.role, linked_at = excluded.linked_at
"""


async def link_chat(work: Work, chat_id: int, secret: str, language: Language) -> Linked | LinkRefusal:
    """A chat changes its person and a person changes the chat: the newest link is the one that counts."""
    now, digest = work.clock.now(), digest_of(secret)
    async with work.database.transaction() as transaction:
        invited = await transaction.row(_INVITED, digest)
        if invited is None:
            return LinkRefusal.UNKNOWN
        if refused := refusal(invited["expires_at"], invited["chat_id"], chat_id, now):
            return refused
        await transaction.execute(_SPEND_EARLIER, invited["subject"], digest)
        await transaction.execute(_USE, digest, chat_id)
        linked = await _make_room(transaction, chat_id, invited)
        row = (new_id(), invited["subject"], chat_id, invited["role"], language.value, now)
        await transaction.execute(_LINK, *row)
    return linked


async def _make_room(transaction: Transaction, chat_id: int, invited: Row) -> Linked:
    other_person = await transaction.value(_OTHER_PERSON, chat_id, invited["subject"])
    if other_person is not None:
        await unlink(transaction, other_person)
    left_chat = await transaction.value(_OTHER_CHAT, invited["subject"], chat_id)
    return Linked(Role(invited["role"]), left_chat, took_over=other_person is not None)
