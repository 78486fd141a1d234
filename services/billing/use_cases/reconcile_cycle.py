"""Does what a month's entries come to agree with its invoices, item by item?"""

from services.billing.domain.reconciliation import Reconciliation
from services.billing.sql.cycles import cycle_of, first_open_before, last_closed, stored_totals
from services.billing.sql.reconciliation import differences_of, sums_of
from services.billing.work import BillingWork
from shared.period import Month

DIFFERENCES_SHOWN = 100


async def reconcile_cycle(work: BillingWork, month: Month) -> Reconciliation:
    """Of any month: before its close everything is open."""
    async with work.database.transaction() as transaction:
        await transaction.one_picture()
        cycle = await cycle_of(transaction, month)
        stored = await stored_totals(transaction, cycle.cycle_id) if cycle else None
        closed = await last_closed(transaction)
        is_next = (closed is None or month > closed) and await first_open_before(transaction, month) is None
        how = {"takes_pending": is_next, "is_closed": stored is not None}
        return Reconciliation(
            month=month,
            status=cycle.status if cycle else None,
            sums=await sums_of(transaction, month, **how),
            invoiced_total_minor=stored.invoiced_minor if stored else None,
            differences=await differences_of(transaction, month, DIFFERENCES_SHOWN, **how),
        )
