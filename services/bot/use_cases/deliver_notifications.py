"""Delivers what is due, one message after another in the order they were made.

Taking a notification moves its `due_at` ahead, which keeps other processes off it; one who dies with it in hand
leaves it to be taken again after that. Telegram knows no idempotency keys: a process killed after Telegram took
the message and before the mark was committed sends it once more.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from markupsafe import Markup

from services.bot.domain.deliveries import Blocked, Outcome, SlowDown, settle
from services.bot.finishing import finished
from shared.messaging.work import Work

Send = Callable[[int, str], Awaitable[Outcome]]

BATCH = 10
SEND_TIMEOUT_SECONDS = 5
LEASE = timedelta(seconds=2 * BATCH * SEND_TIMEOUT_SECONDS)
CHAT_PAUSE = timedelta(seconds=1)
"""Telegram asks for no more than one message a second in one chat."""

_TAKE = """
    UPDATE notification SET due_at = $2 WHERE id IN (
        SELECT id FROM notification AS due WHERE state = 'PENDING' AND due_at <= $1 AND NOT EXISTS (
            SELECT 1 FROM notification AS earlier
            WHERE earlier.state = 'PENDING' AND earlier.subject = due.subject AND earlier.id < due.id)
        ORDER BY id LIMIT $3 FOR UPDATE SKIP LOCKED)
    RETURNING id, subject, text, attempts
"""
_CHATS = "SELECT subject, chat_id FROM telegram_link WHERE subject = ANY($1::text[])"
_SETTLE = "UPDATE notification SET state = $2, attempts = $3, due_at = $4, reason = $5 WHERE id = $1"
_BLOCK = "UPDATE telegram_link SET blocked_at = $2 WHERE subject = $1 AND blocked_at IS NULL"
_PACE_CHAT = "UPDATE notification SET due_at = $2 WHERE subject = $1 AND state = 'PENDING' AND due_at < $2"
_POSTPONE_ALL = "UPDATE notification SET due_at = $1 WHERE state = 'PENDING' AND (due_at < $1 OR id = ANY($2::uuid[]))"


@dataclass(frozen=True, slots=True)
class _Taken:
    id: UUID
    subject: str
    chat_id: int
    text: str
    attempts: int


async def deliver_notifications(work: Work, send: Send) -> int:
    """One batch; returns how many notifications were taken. Cancelled, it lets the message under way arrive first."""
    taken = await _take(work)
    for position, notification in enumerate(taken):
        outcome = await finished(_deliver(work, send, notification))
        if isinstance(outcome, SlowDown):
            resume_at = work.clock.now() + outcome.wait
            await work.database.execute(_POSTPONE_ALL, resume_at, [later.id for later in taken[position:]])
            break
    return len(taken)


async def _take(work: Work) -> list[_Taken]:
    now = work.clock.now()
    async with work.database.transaction() as transaction:
        rows = await transaction.rows(_TAKE, now, now + LEASE, BATCH)
        chats = await transaction.rows(_CHATS, [row["subject"] for row in rows])
    chat_of = {chat["subject"]: chat["chat_id"] for chat in chats}
    ordered = sorted(rows, key=lambda row: row["id"])
    return [_Taken(chat_id=chat_of[row["subject"]], **row) for row in ordered if row["subject"] in chat_of]


async def _deliver(work: Work, send: Send, notification: _Taken) -> Outcome:
    outcome = await send(notification.chat_id, Markup(notification.text))  # noqa: S704 - written from a catalogue
    now = work.clock.now()
    after = settle(notification.attempts, outcome, now)
    async with work.database.transaction() as transaction:
        await transaction.execute(
            _SETTLE, notification.id, after.state.value, after.attempts, after.due_at, after.reason
        )
        await transaction.execute(_PACE_CHAT, notification.subject, now + CHAT_PAUSE)
        if isinstance(outcome, Blocked):
            await transaction.execute(_BLOCK, notification.subject, now)
    return outcome
