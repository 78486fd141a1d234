"""Do all packages agree with their ledgers, and with the sessions that they cover?"""

from services.packages.domain.reconciliation import Reconciliation
from services.packages.sql.reconciliation import reconciled
from services.packages.work import PackagesWork

DIFFERENCES_SHOWN = 100


async def reconcile_packages(work: PackagesWork) -> Reconciliation:
    """As of now, over everything that was ever sold."""
    async with work.database.transaction() as transaction:
        await transaction.one_picture()
        return await reconciled(transaction, DIFFERENCES_SHOWN)
