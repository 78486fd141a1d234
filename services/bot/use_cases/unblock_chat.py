"""Who writes wants to hear from the bot again: what they missed is sent, as far as it is not old."""

from datetime import timedelta

from shared.messaging.work import Work

_UNBLOCK = """
    UPDATE telegram_link SET blocked_at = NULL WHERE chat_id = $1 AND blocked_at IS NOT NULL RETURNING subject
"""
_SEND_AFTER_ALL = """
    UPDATE delivery SET state = 'PENDING', reason = NULL, due_at = $2
    WHERE subject = $1 AND state = 'BLOCKED' AND created_at > $3
"""


async def unblock_chat(work: Work, chat_id: int, give_up_after: timedelta) -> None:
    """A chat that is not blocked stays so. What is older than `give_up_after` stays unsent."""
    now = work.clock.now()
    async with work.database.transaction() as transaction:
        if subject := await transaction.value(_UNBLOCK, chat_id):
            await transaction.execute(_SEND_AFTER_ALL, subject, now, now - give_up_after)
