"""Puts a raised alert before those who should hear of it: the parent and every coordinator with a linked chat."""

from collections.abc import Iterator, Sequence

from services.bot.domain import replies
from services.bot.domain.deliveries import DeliveryState
from services.bot.domain.replies import Balance
from shared.auth.viewer import Role
from shared.contracts.packages import LowPackageRaised
from shared.database.database import Row, Transaction
from shared.ids import new_id

_LISTENERS = """
    SELECT subject, role, blocked_at FROM telegram_link
    WHERE role = 'coordinator' OR (role = 'parent' AND subject = ANY($1::text[]))
"""
_NOTIFY = """
    INSERT INTO notification (id, cause_id, subject, text, state, attempts, due_at, created_at)
    VALUES ($1, $2, $3, $4, $5, 0, $6, $6) ON CONFLICT DO NOTHING
"""


async def notify_low_packages(transaction: Transaction, alerts: Sequence[LowPackageRaised]) -> None:
    """Once for each alert and listener, however often the fact arrives."""
    listeners = await transaction.rows(_LISTENERS, [str(alert.parent_id) for alert in alerts])
    await transaction.execute_many(_NOTIFY, [row for alert in alerts for row in _notifications(alert, listeners)])


def _notifications(alert: LowPackageRaised, listeners: Sequence[Row]) -> Iterator[tuple[object, ...]]:
    balance = Balance(alert.parent_name, alert.remaining, alert.total_sessions)
    texts = {
        Role.PARENT: replies.low_alert_for_parent(balance),
        Role.COORDINATOR: replies.low_alert_for_coordinator(balance),
    }
    for listener in listeners:
        if listener["role"] == Role.COORDINATOR or listener["subject"] == str(alert.parent_id):
            state = DeliveryState.PENDING if listener["blocked_at"] is None else DeliveryState.BLOCKED
            text = texts[Role(listener["role"])]
            yield new_id(), alert.alert_id, listener["subject"], text, state.value, alert.raised_at
