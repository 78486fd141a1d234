"""What became of sessions: their approvals, their charge lines, their payout lines."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from services.billing.domain.cycles import CycleStatus
from services.billing.domain.explanations import BilledLine, ExplainedEntry
from shared.database.database import Statements
from shared.database.row import Row
from shared.period import Month

_ENTRIES = """
SELECT a.session_id, a.parent_id, a.tutor_id, a.session_date, a.coverage, a.month, c.id AS cycle_id,
       c.status AS cycle_status, v.month AS reversed_in,
       EXISTS (SELECT 1 FROM tutor_rate r
                WHERE r.tutor_id = a.tutor_id AND r.valid_from <= a.session_date) AS has_rate
  FROM approval a JOIN billing_cycle c ON c.month = a.month LEFT JOIN reversal v ON v.session_id = a.session_id
 WHERE a.session_id = ANY($1::uuid[])
"""

_CHARGE = """
SELECT l.session_id, l.statement_id, l.position, l.kind, l.description, l.day, l.amount_minor, l.discount_minor,
       l.tax_minor, s.currency, s.cycle_id, c.month, d.id AS returned_by, rc.month AS recharged_in
  FROM statement_line l
  JOIN statement s ON s.id = l.statement_id JOIN billing_cycle c ON c.id = s.cycle_id
  LEFT JOIN adjustment d ON d.source_statement_id = s.id AND s.total_minor > 0
  LEFT JOIN statement_line rl ON rl.adjustment_id = d.id
  LEFT JOIN statement rs ON rs.id = rl.statement_id LEFT JOIN billing_cycle rc ON rc.id = rs.cycle_id
 WHERE l.session_id = ANY($1::uuid[]) AND l.kind
"""
_CHARGES = f"{_CHARGE} <> 'ADJUSTMENT'"
_CHARGES_TAKEN_BACK = f"{_CHARGE} = 'ADJUSTMENT'"

_PAID = """
SELECT l.session_id, l.payout_id, l.kind, l.day, l.amount_minor, NULL AS label, p.currency, c.month
  FROM payout_line l JOIN payout p ON p.id = l.payout_id JOIN billing_cycle c ON c.id = p.cycle_id
 WHERE l.session_id = ANY($1::uuid[]) AND l.kind
"""
_PAY = f"{_PAID} IN ('SESSION', 'ADDON_SESSION')"
_PAY_TAKEN_BACK = f"{_PAID} = 'ADJUSTMENT'"


@dataclass(frozen=True, slots=True)
class Trace:
    """A session's way through billing. Each side's lines are the one that billed it and the one that took that back."""

    entry: Row
    charge: Row | None
    charge_taken_back: Row | None
    pay: Row | None
    pay_taken_back: Row | None

    @property
    def explained(self) -> ExplainedEntry:
        row = self.entry
        return ExplainedEntry(
            session_date=row["session_date"],
            coverage=row["coverage"],
            month=Month.parse(row["month"]),
            cycle_status=CycleStatus(row["cycle_status"]),
            reversed_in=_month(row["reversed_in"]),
            has_rate=bool(row["has_rate"]),
        )

    @property
    def charged(self) -> BilledLine | None:
        if self.charge is None:
            return None
        return BilledLine(
            came_to_nothing=cost_of(self.charge) == 0,
            taken_back_in=_month_of(self.charge_taken_back),
            is_voided=self.charge["returned_by"] is not None,
            recharged_in=_month(self.charge["recharged_in"]),
        )

    @property
    def paid(self) -> BilledLine | None:
        if self.pay is None:
            return None
        taken_back_in = _month_of(self.pay_taken_back)
        return BilledLine(came_to_nothing=self.pay["amount_minor"] == 0, taken_back_in=taken_back_in)


async def traces_by_session(statements: Statements, session_ids: Sequence[UUID]) -> dict[UUID, Trace]:
    """Of those that billing has heard of."""

    async def by_session(query: str) -> dict[UUID, Row]:
        return {row["session_id"]: row for row in await statements.rows(query, session_ids)}

    entries = await by_session(_ENTRIES)
    lines = [await by_session(query) for query in (_CHARGES, _CHARGES_TAKEN_BACK, _PAY, _PAY_TAKEN_BACK)]
    return {
        session_id: Trace(entry, *(found.get(session_id) for found in lines)) for session_id, entry in entries.items()
    }


def cost_of(charge: Row) -> int:
    """What a charge line really cost the parent, in minor units."""
    return int(charge["amount_minor"] - charge["discount_minor"] + charge["tax_minor"])


def _month(text: str | None) -> Month | None:
    return Month.parse(text) if text else None


def _month_of(line: Row | None) -> Month | None:
    return _month(line["month"]) if line else None
