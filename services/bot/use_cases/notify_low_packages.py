"""Puts a raised alert before those who should hear of it: the parent and every coordinator with a linked chat."""

from collections.abc import Iterator, Sequence

from services.bot.domain.balance import low_alert_for_coordinator, low_alert_for_parent
from services.bot.domain.catalogue import Catalogue, Catalogues
from services.bot.domain.deliveries import DeliveryState
from services.bot.domain.languages import Language
from shared.auth.viewer import Role
from shared.contracts.packages import LowPackageRaised
from shared.database.database import Row, Transaction
from shared.ids import new_id

_LISTENERS = """
    SELECT subject, role, language, blocked_at FROM telegram_link
    WHERE role = 'coordinator' OR (role = 'parent' AND subject = ANY($1::text[]))
"""
_NOTIFY = """
    INSERT INTO notification (id, cause_id, subject, text, state, attempts, due_at, created_at)
    VALUES ($1, $2, $3, $4, $5, 0, $6, $6) ON CONFLICT DO NOTHING
"""


async def notify_low_packages(
    transaction: Transaction, alerts: Sequence[LowPackageRaised], catalogues: Catalogues
) -> None:
    """Once for each alert and listener, however often the fact arrives."""
    listeners = await transaction.rows(_LISTENERS, [str(alert.parent_id) for alert in alerts])
    rows = [row for alert in alerts for row in _notifications(alert, listeners, catalogues)]
    await transaction.execute_many(_NOTIFY, rows)


def _notifications(
    alert: LowPackageRaised, listeners: Sequence[Row], catalogues: Catalogues
) -> Iterator[tuple[object, ...]]:
    for listener in listeners:
        if listener["role"] == Role.COORDINATOR or listener["subject"] == str(alert.parent_id):
            state = DeliveryState.PENDING if listener["blocked_at"] is None else DeliveryState.BLOCKED
            text = _text(alert, Role(listener["role"]), catalogues[Language.spoken(listener["language"])])
            yield new_id(), alert.alert_id, listener["subject"], text, state.value, alert.raised_at


def _text(alert: LowPackageRaised, role: Role, catalogue: Catalogue) -> str:
    if role is Role.PARENT:
        return low_alert_for_parent(catalogue, alert.remaining, alert.total_sessions)
    return low_alert_for_coordinator(catalogue, alert.parent_name, alert.remaining, alert.total_sessions)
