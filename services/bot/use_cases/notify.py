"""Puts facts before those who should hear of them: whom they concern, and every coordinator where they ask for one.

Only who has a linked chat when the fact arrives is told; who links one later finds the present state by asking.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

import msgspec

from services.bot.domain.deliveries import BLOCKED_REASON, DeliveryState
from services.bot.domain.notices import Fact, Notice, notice_of
from shared.auth.viewer import Role
from shared.database.database import Transaction
from shared.database.row import Row
from shared.ids import new_id

_LISTENERS = """
    SELECT subject, role, chat_id, blocked_at FROM telegram_link
    WHERE subject = ANY($1::text[]) OR role = ANY($2::text[])
"""
_TOLD = "SELECT cause_id, kind, subject FROM delivery WHERE cause_id = ANY($1::uuid[])"
_NOTIFY = """
    INSERT INTO delivery (id, kind, cause_id, subject, role, chat_id, fact, state, attempts, reason, occurred_at,
        created_at, due_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, $9, $10, $11, $11) ON CONFLICT DO NOTHING
"""


async def notify(transaction: Transaction, facts: Sequence[Fact], now: datetime) -> None:
    """Once for each fact and listener, however often it arrives. A raised alert that comes after word of its end is
    no news."""
    notices = [notice_of(fact) for fact in facts]
    listeners = await _listeners(transaction, notices)
    told = {(row["cause_id"], row["kind"], row["subject"]) for row in await _told(transaction, notices)}
    rows = [
        _delivery(notice, listener, now)
        for notice in notices
        for listener in _of(notice, listeners)
        if (notice.cause_id, notice.superseded_by, listener["subject"]) not in told
    ]
    await transaction.execute_many(_NOTIFY, rows)


async def _listeners(transaction: Transaction, notices: Iterable[Notice]) -> list[Row]:
    people = {str(notice.person_id) for notice in notices}
    roles = [Role.COORDINATOR.value] if any(notice.for_coordinators for notice in notices) else []
    return await transaction.rows(_LISTENERS, list(people), roles)


async def _told(transaction: Transaction, notices: Iterable[Notice]) -> list[Row]:
    causes = [notice.cause_id for notice in notices if notice.superseded_by]
    return await transaction.rows(_TOLD, causes) if causes else []


def _of(notice: Notice, listeners: Iterable[Row]) -> Iterator[Row]:
    for listener in listeners:
        is_concerned = listener["role"] == notice.role and listener["subject"] == str(notice.person_id)
        if is_concerned or (notice.for_coordinators and listener["role"] == Role.COORDINATOR):
            yield listener


def _delivery(notice: Notice, listener: Row, now: datetime) -> tuple[object, ...]:
    blocked = listener["blocked_at"] is not None
    return (
        new_id(),
        notice.kind.value,
        notice.cause_id,
        listener["subject"],
        listener["role"],
        listener["chat_id"],
        msgspec.json.encode(notice.fact).decode(),
        (DeliveryState.BLOCKED if blocked else DeliveryState.PENDING).value,
        BLOCKED_REASON if blocked else None,
        notice.occurred_at,
        now,
    )
