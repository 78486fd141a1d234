"""What is written down of deliveries while they are made: which come next, which are on the wire, what came of them.

Telegram knows no idempotency keys, so a delivery is marked as on the wire before its first byte leaves. One that is
found marked by a turn that is over is in doubt, and is not sent again
(docs/decisions/0019-a-push-is-marked-before-it-leaves.md).
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from services.bot.domain.deliveries import (
    BLOCKED_REASON,
    IN_DOUBT,
    OVERDUE,
    Blocked,
    DeliveryState,
    Outcome,
    settle,
)
from services.bot.domain.languages import Language
from services.bot.domain.notices import NoticeKind
from services.bot.turn import Turn
from shared.auth.viewer import Role
from shared.database.database import Database
from shared.database.row import Row
from shared.messaging.work import Work

_NEXT = """
    SELECT delivery.id, delivery.kind, delivery.subject, telegram_link.role, telegram_link.language,
        telegram_link.chat_id, delivery.fact, delivery.attempts, delivery.created_at
    FROM delivery JOIN telegram_link ON telegram_link.subject = delivery.subject
    WHERE delivery.state = 'PENDING' AND delivery.sending_by IS NULL AND delivery.due_at <= $1
        AND NOT delivery.kind = ANY($2::text[]) AND NOT delivery.subject = ANY($3::text[])
        AND telegram_link.blocked_at IS NULL AND NOT EXISTS (
            SELECT 1 FROM delivery AS earlier
            WHERE earlier.state = 'PENDING' AND earlier.subject = delivery.subject
                AND NOT earlier.kind = ANY($2::text[])
                AND (earlier.occurred_at, earlier.id) < (delivery.occurred_at, delivery.id))
    ORDER BY delivery.occurred_at, delivery.id LIMIT $4
"""
_MARK = """
    UPDATE delivery SET sending_by = $2, sending_at = $3, chat_id = $4
    WHERE id = $1 AND state = 'PENDING' AND sending_by IS NULL
        AND EXISTS (SELECT 1 FROM telegram_turn WHERE holder = $2)
        AND EXISTS (SELECT 1 FROM telegram_link
                    WHERE telegram_link.subject = delivery.subject AND telegram_link.chat_id = $4)
    RETURNING id
"""
# What came of it is the truth even where somebody has taken it for sent meanwhile.
_SETTLE = """
    UPDATE delivery SET state = $3, attempts = $4, due_at = $5, reason = $6, sent_at = $7, sending_by = NULL
    WHERE id = $1 AND (sending_by = $2 OR (sending_by IS NULL AND state = 'PENDING'))
"""
_BLOCK_LINK = "UPDATE telegram_link SET blocked_at = $3 WHERE subject = $1 AND chat_id = $2 AND blocked_at IS NULL"
_BLOCK_REST = """
    UPDATE delivery SET state = 'BLOCKED', reason = $2 WHERE subject = $1 AND state = 'PENDING' AND sending_by IS NULL
"""
_DOUBT = """
    UPDATE delivery SET state = 'SENT', attempts = attempts + 1, sent_at = sending_at, reason = $2
    WHERE state = 'PENDING' AND sending_by IS NOT NULL AND sending_by <> $1
        AND EXISTS (SELECT 1 FROM telegram_turn WHERE holder = $1)
"""
_GIVE_UP = """
    UPDATE delivery SET state = 'FAILED', reason = coalesce(reason, $2)
    WHERE state = 'PENDING' AND sending_by IS NULL AND created_at <= $1
"""


@dataclass(frozen=True, slots=True)
class DueDelivery:
    """One that may go out now. `attempts` have gone before."""

    id: UUID
    kind: NoticeKind
    subject: str
    role: Role
    language: Language
    chat_id: int
    fact: str
    attempts: int
    created_at: datetime


async def next_deliveries(
    work: Work, held_back: Collection[NoticeKind], but_not_to: Collection[str], most: int
) -> list[DueDelivery]:
    """The first of each person's, oldest first. Kinds that are held back stand in nobody's way."""
    kinds = [kind.value for kind in held_back]
    rows = await work.database.rows(_NEXT, work.clock.now(), kinds, list(but_not_to), most)
    return [_due(row) for row in rows]


def _due(row: Row) -> DueDelivery:
    read = {"kind": NoticeKind(row["kind"]), "role": Role(row["role"]), "language": Language.spoken(row["language"])}
    return DueDelivery(**row | read)


async def mark_on_the_wire(database: Database, turn: Turn, delivery: DueDelivery, now: datetime) -> bool:
    """Whether it may be sent: it is still to be, to this chat, and the turn is not somebody else's."""
    return bool(await database.rows(_MARK, delivery.id, turn.holder, now, delivery.chat_id))


async def write_down(work: Work, turn: Turn, delivery: DueDelivery, outcome: Outcome, overdue_at: datetime) -> None:
    """What came of an attempt, and what that means for the person's other deliveries."""
    now = work.clock.now()
    after = settle(delivery.attempts, outcome, now, overdue_at)
    sent_at = now if after.state is DeliveryState.SENT else None
    async with work.database.transaction() as transaction:
        await transaction.execute(
            _SETTLE, delivery.id, turn.holder, after.state.value, after.attempts, after.due_at, after.reason, sent_at
        )
        if isinstance(outcome, Blocked):
            await transaction.execute(_BLOCK_LINK, delivery.subject, delivery.chat_id, now)
            await transaction.execute(_BLOCK_REST, delivery.subject, BLOCKED_REASON)


async def settle_doubts(database: Database, turn: Turn) -> None:
    """What earlier turns have left on the wire counts as sent."""
    await database.execute(_DOUBT, turn.holder, IN_DOUBT)


async def give_up_overdue(work: Work, time_limit: timedelta) -> None:
    await work.database.execute(_GIVE_UP, work.clock.now() - time_limit, OVERDUE)
