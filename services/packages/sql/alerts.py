"""Low-package alerts: one open for a parent at most, by a partial unique index."""

from datetime import datetime
from uuid import UUID

from services.packages.domain.alerts import Standing
from shared.database.database import Transaction

_RAISE = """
    INSERT INTO low_package_alert (id, parent_id, remaining, total_sessions, raised_at) VALUES ($1, $2, $3, $4, $5)
"""
_FOLLOW = "UPDATE low_package_alert SET remaining = $2, total_sessions = $3 WHERE id = $1"
_RESOLVE = "UPDATE low_package_alert SET remaining = $2, total_sessions = $3, resolved_at = $4 WHERE id = $1"
_ACKNOWLEDGE = """
    UPDATE low_package_alert SET acknowledged_at = $2, acknowledged_by = $3
    WHERE id = $1 AND acknowledged_at IS NULL
"""


async def raise_alert(
    transaction: Transaction, alert_id: UUID, parent_id: UUID, standing: Standing, now: datetime
) -> None:
    await transaction.execute(_RAISE, alert_id, parent_id, standing.remaining, standing.total_sessions, now)


async def follow_standing(transaction: Transaction, alert_id: UUID, standing: Standing) -> None:
    await transaction.execute(_FOLLOW, alert_id, standing.remaining, standing.total_sessions)


async def resolve_alert(transaction: Transaction, alert_id: UUID, standing: Standing, now: datetime) -> None:
    await transaction.execute(_RESOLVE, alert_id, standing.remaining, standing.total_sessions, now)


async def acknowledge(transaction: Transaction, alert_id: UUID, now: datetime, by: str) -> None:
    """The first acknowledgement stays."""
    await transaction.execute(_ACKNOWLEDGE, alert_id, now, by)


async def alert_exists(transaction: Transaction, alert_id: UUID) -> bool:
    return await transaction.row("SELECT id FROM low_package_alert WHERE id = $1", alert_id) is not None
