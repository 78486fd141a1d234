"""Opening a month ahead of its first run. A month that is there already stays as it is."""

from uuid import UUID

from services.billing.sql.cycles import cycle_of, insert_cycle
from services.billing.sql.standstill import stand_still
from services.billing.work import BillingWork
from shared.ids import new_id
from shared.mutations.audit import record_audit
from shared.period import Month


async def open_cycle(work: BillingWork, month: Month, by: str) -> UUID:
    now = work.clock.now()
    async with work.database.transaction() as transaction:
        await stand_still(transaction)
        cycle = await cycle_of(transaction, month)
        if cycle is None:
            cycle = await insert_cycle(transaction, new_id(), month, work.currency, now, by)
            await record_audit(transaction, "OPEN_CYCLE", cycle.cycle_id, None, now, by)
    return cycle.cycle_id
