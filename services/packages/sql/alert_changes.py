"""What has happened to alerts, as the database itself writes it down beside each change (migration 0004).

Identifiers and times are taken before a commit, so a change may become visible after one with a higher number. On
PostgreSQL the reader therefore goes by transactions: whatever was still under way when it last looked may bring
changes yet, and those it has seen it knows by their ids. SQLite commits one transaction after the other, so there the
ids are the order.
"""

from shared.database.database import Statements
from shared.database.row import Row

_COLUMNS = """c.id AS change_id, c.alert_id AS id, c.parent_id, c.remaining, c.total_sessions, c.raised_at,
       c.resolved_at, c.acknowledged_at, c.acknowledged_by"""
_SINCE = {
    "postgres": f"""
SELECT h.horizon, c.transaction_id, {_COLUMNS}
  FROM (SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS horizon) h
  LEFT JOIN alert_change c ON c.transaction_id >= coalesce($1::bigint, h.horizon)
 ORDER BY c.id
""",
    "sqlite": f"""
SELECT h.horizon, c.id AS transaction_id, {_COLUMNS}
  FROM (SELECT coalesce(max(id), 0) + 1 AS horizon FROM alert_change) h
  LEFT JOIN alert_change c ON c.id >= coalesce($1, h.horizon)
 ORDER BY c.id
""",
}


class AlertChanges:
    """Reads every change once, from its first read on."""

    def __init__(self, statements: Statements) -> None:
        self._statements = statements
        self._horizon: int | None = None
        self._seen: set[int] = set()

    async def read(self) -> list[Row]:
        """The changes since the last read, as rows of alerts; the first one only finds out where things stand."""
        is_first = self._horizon is None
        rows = await self._statements.rows(_SINCE[self._statements.dialect], self._horizon)
        self._horizon = rows[0]["horizon"]
        changes = [row for row in rows if row["change_id"] is not None]
        fresh = [change for change in changes if change["change_id"] not in self._seen]
        self._seen = {change["change_id"] for change in changes if change["transaction_id"] >= self._horizon}
        return [] if is_first else fresh
