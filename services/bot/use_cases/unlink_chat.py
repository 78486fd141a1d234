"""Unlinks a chat; what was still to be sent to its person has failed."""

from services.bot.domain.deliveries import UNLINKED
from shared.database.database import Transaction
from shared.messaging.work import Work

_PERSON = "SELECT subject FROM telegram_link WHERE chat_id = $1"
_UNLINK = "DELETE FROM telegram_link WHERE subject = $1"
_GIVE_UP = """
    UPDATE delivery SET state = 'FAILED', reason = $2
    WHERE subject = $1 AND state IN ('PENDING', 'BLOCKED') AND sending_by IS NULL
"""
_SPEND_SECRET = "UPDATE link_invitation SET chat_id = 0 WHERE subject = $1 AND chat_id IS NOT NULL"  # noqa: S105


async def unlink_chat(work: Work, chat_id: int) -> None:
    """A chat that is not linked stays so."""
    async with work.database.transaction() as transaction:
        if subject := await transaction.value(_PERSON, chat_id):
            await unlink(transaction, subject)


async def unlink(transaction: Transaction, subject: str) -> None:
    """The secret that linked the chat is spent for good; chat 0 does not exist."""
    await transaction.execute(_UNLINK, subject)
    await transaction.execute(_GIVE_UP, subject, UNLINKED)
    await transaction.execute(_SPEND_SECRET, subject)
