"""Low-package alerts: one open for a parent at most, by a partial unique index."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from services.packages.domain.alerts import Standing
from shared.database.database import Transaction
from shared.database.writing import Writing

_RAISE = """
    INSERT INTO low_package_alert (id, parent_id, remaining, total_sessions, raised_at)
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::int[], $4::int[], $5::timestamptz[])
"""
_CHANGE = """
    WITH standing (id, remaining, total_sessions, resolved_at) AS (
        SELECT * FROM unnest($1::uuid[], $2::int[], $3::int[], $4::timestamptz[]))
    UPDATE low_package_alert SET remaining = standing.remaining, total_sessions = standing.total_sessions,
        resolved_at = standing.resolved_at
    FROM standing WHERE low_package_alert.id = standing.id
"""
_ACKNOWLEDGE = """
    UPDATE low_package_alert SET acknowledged_at = $2, acknowledged_by = $3
    WHERE id = $1 AND acknowledged_at IS NULL
"""


def new_alerts(alerts: Iterable[tuple[UUID, UUID, Standing]], now: datetime) -> Writing:
    """By id and parent."""
    rows = [(id_, parent_id, standing.remaining, standing.total_sessions, now) for id_, parent_id, standing in alerts]
    return Writing(_RAISE, rows)


def changed_alerts(alerts: Iterable[tuple[UUID, Standing, datetime | None]]) -> Writing:
    """Open alerts by id, and when they were resolved, if they were."""
    rows = [(id_, standing.remaining, standing.total_sessions, resolved) for id_, standing, resolved in alerts]
    return Writing(_CHANGE, rows)


async def acknowledge(transaction: Transaction, alert_id: UUID, now: datetime, by: str) -> None:
    """The first acknowledgement stays."""
    await transaction.execute(_ACKNOWLEDGE, alert_id, now, by)


async def alert_exists(transaction: Transaction, alert_id: UUID) -> bool:
    return await transaction.row("SELECT id FROM low_package_alert WHERE id = $1", alert_id) is not None
