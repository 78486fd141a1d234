"""Taking up what a crash, a refusal or a lost patience left: cycles that began to close and have not closed."""

import structlog

from services.billing.sql.cycles import closing_cycles
from services.billing.sql.entries import missing_of
from services.billing.use_cases.close_cycle import close_cycle
from services.billing.work import BillingWork
from shared.errors import Refusal

log = structlog.get_logger()


async def finish_closing(work: BillingWork) -> int:
    """Closes what can be closed by now, in order of the months; returns how many."""
    finished = 0
    for cycle in await closing_cycles(work.database):
        if await missing_of(work.database, cycle.month):
            break
        try:
            await close_cycle(work, cycle.month)
        except Refusal as refusal:
            log.warning("cycle stays in closing", month=str(cycle.month), code=refusal.code, reason=refusal.message)
            break
        finished += 1
    return finished
