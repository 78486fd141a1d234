"""Opening a month ahead of its first run. A month that is there already stays as it is."""

from dataclasses import dataclass
from uuid import UUID

from services.billing.domain.cycles import require_not_passed
from services.billing.sql.cycles import cycle_of, insert_cycle, last_closed
from services.billing.sql.standstill import stand_still
from services.billing.work import BillingWork
from shared.ids import new_id
from shared.mutations.audit import record_audit
from shared.mutations.idempotency import claim_key
from shared.period import Month


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    month: Month


async def open_cycle(work: BillingWork, opening: Opening, idempotency_key: str | None, by: str) -> UUID:
    """Raises MonthClosed for a month that was passed over when a later one was closed, IdempotencyKeyReused."""
    now = work.clock.now()
    async with work.database.transaction() as transaction:
        await stand_still(transaction)
        cycle = await cycle_of(transaction, opening.month)
        cycle_id = cycle.cycle_id if cycle else new_id()
        await claim_key(transaction, idempotency_key, opening, cycle_id, now)
        if cycle is None:
            require_not_passed(opening.month, await last_closed(transaction))
            await insert_cycle(transaction, cycle_id, opening.month, work.currency, now, by)
            await record_audit(transaction, "OPEN_CYCLE", cycle_id, str(opening.month), now, by)
    return cycle_id
