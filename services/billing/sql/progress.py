"""How far a month has come, read and followed."""

from collections.abc import Sequence

from services.billing.domain.cycles import CycleStatus
from services.billing.domain.progress import CyclePhase, Documents, Progress
from services.billing.sql.entries import missing_of
from shared.contracts.invoicing import DocumentsRendered
from shared.database.database import Statements, Transaction
from shared.database.row import Row
from shared.period import Month

_CYCLE = """
SELECT c.status, c.sessions_counted, c.statements_count, c.payouts_count, d.queued, d.rendered, d.failed, d.at
  FROM billing_cycle c LEFT JOIN document_progress d ON d.cycle_id = c.id
 WHERE c.month = $1
"""
_ENTRIES = """
SELECT (SELECT count(*) FROM approval WHERE month = $1) AS counted,
       (SELECT approvals FROM seal WHERE month = $1) AS expected
"""
_DOCUMENTS = """
INSERT INTO document_progress (cycle_id, queued, rendered, failed, at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (cycle_id) DO UPDATE
   SET queued = excluded.queued, rendered = excluded.rendered, failed = excluded.failed, at = excluded.at
 WHERE excluded.at > document_progress.at
    OR excluded.at = document_progress.at AND excluded.queued < document_progress.queued
"""


async def progress_of(statements: Statements, month: Month, last: Progress | None = None) -> Progress:
    """A month without a cycle is open, with nothing in it. What is counted already is not counted again: `last` is how
    it stood before."""
    row = await statements.row(_CYCLE, str(month))
    if row is None:
        return Progress(month=month, status=CycleStatus.OPEN, sessions_counted=0)
    if row["status"] == CycleStatus.CLOSED:
        return _closed(month, row)
    if last is not None and last.phase is CyclePhase.CALCULATING:
        return last  # sealed and complete: nothing more comes before the close
    entries = (await statements.rows(_ENTRIES, str(month)))[0]
    status = CycleStatus(row["status"])
    return Progress(
        month=month,
        status=status,
        sessions_counted=entries["counted"],
        sessions_expected=entries["expected"],
        missing=await missing_of(statements, month) if status is CycleStatus.CLOSING else None,
    )


def _closed(month: Month, row: Row) -> Progress:
    told = Documents() if row["at"] is None else Documents(row["queued"], row["rendered"], row["failed"])
    return Progress(
        month=month,
        status=CycleStatus.CLOSED,
        sessions_counted=row["sessions_counted"],
        sessions_expected=row["sessions_counted"],
        statements=row["statements_count"],
        payouts=row["payouts_count"],
        documents=told.of(row["statements_count"]),
    )


async def keep_documents(transaction: Transaction, facts: Sequence[DocumentsRendered]) -> None:
    """The latest word of each cycle, whatever order they come in."""
    told = [(fact.cycle_id, fact.queued, fact.rendered, fact.failed, fact.at) for fact in facts]
    await transaction.execute_many(_DOCUMENTS, told)


class ProgressReader:
    """Reads a month's progress when it has changed since it was read last."""

    def __init__(self, statements: Statements, month: Month) -> None:
        self._statements = statements
        self._month = month
        self._last: Progress | None = None

    async def read(self) -> list[Progress]:
        """At most one; none the first time."""
        last, self._last = self._last, await progress_of(self._statements, self._month, self._last)
        return [] if last in (None, self._last) else [self._last]
