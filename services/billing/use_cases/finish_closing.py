"""Taking up what a crash, a refusal or a lost patience left: cycles that began to close and have not closed."""

from services.billing.sql.cycles import closing_cycles
from services.billing.use_cases.close_cycle import close_cycle
from services.billing.work import BillingWork
from shared.errors import Refusal


async def finish_closing(work: BillingWork) -> None:
    """Closes what can be closed by now, in order of the months.

    What is not complete or has a blocker stays as it is: whoever ran the month was told, and it is tried again.
    """
    for cycle in await closing_cycles(work.database):
        try:
            await close_cycle(work, cycle.month)
        except Refusal:
            return
