"""Who writes wants to hear from the bot again."""

from shared.messaging.work import Work

_UNBLOCK = "UPDATE telegram_link SET blocked_at = NULL WHERE chat_id = $1 AND blocked_at IS NOT NULL"


async def unblock_chat(work: Work, chat_id: int) -> None:
    """A chat that is not blocked stays so."""
    await work.database.execute(_UNBLOCK, chat_id)
