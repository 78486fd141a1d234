"""What Telegram tells the bot is stored before anything is done about it, by whichever way it comes.

An update that comes again is known by its id and takes effect once. Once it is handled only that id is kept.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from shared.database.database import Database

REMEMBERED = timedelta(days=7)
"""Telegram offers an update for a day, and counts its ids on for a week."""

_STORE = """
    INSERT INTO telegram_update (update_id, chat_id, body, received_at)
    VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING
"""
_UNHANDLED = """
    SELECT update_id, chat_id, body FROM telegram_update
    WHERE handled_at IS NULL AND NOT chat_id = ANY($1::bigint[]) ORDER BY update_id LIMIT $2
"""
_HANDLED = "UPDATE telegram_update SET handled_at = $2, body = '' WHERE update_id = $1"
_FORGET = "DELETE FROM telegram_update WHERE handled_at < $1"


@dataclass(frozen=True, slots=True)
class StoredUpdate:
    """`body` is JSON, as it came. Updates without a chat have 0 for one."""

    update_id: int
    chat_id: int
    body: str


async def store_updates(database: Database, updates: Sequence[StoredUpdate]) -> None:
    now = datetime.now(UTC)
    rows = [(update.update_id, update.chat_id, update.body, now) for update in updates]
    await database.execute_many(_STORE, rows)


async def unhandled_updates(database: Database, but_not_of: Collection[int], most: int) -> list[StoredUpdate]:
    """In the order in which they were written."""
    return [StoredUpdate(**row) for row in await database.rows(_UNHANDLED, list(but_not_of), most)]


async def mark_handled(database: Database, update: StoredUpdate) -> None:
    await database.execute(_HANDLED, update.update_id, datetime.now(UTC))


async def forget_old_updates(database: Database) -> None:
    await database.execute(_FORGET, datetime.now(UTC) - REMEMBERED)
