"""The daily job: what is left of a lot expires when its last valid day and the approval grace are over.

From its last valid day on, a lot no longer counts as active, so its family's alert is looked at daily from then.
Running the job again, or late, comes to the same ledger.
"""

from collections.abc import Iterable
from datetime import datetime

from services.packages.domain.alerts import Change, standing_of
from services.packages.domain.ledger import Movement, MovementKind
from services.packages.domain.lots import Lot
from services.packages.sql.families import (
    Family,
    families_with_expired_lots,
    lock_families,
    record_movements,
    save_lots,
)
from services.packages.use_cases.settle_alert import settle_alert
from services.packages.work import PackagesWork
from shared.database.database import Transaction

FAMILIES_PER_TRANSACTION = 100
THE_JOB = "expiry"


async def expire_packages(work: PackagesWork) -> int:
    """Returns how many lots expired. One transaction for every hundred families: a batch job, not a use of one."""
    now = work.clock.now()
    parent_ids = await families_with_expired_lots(work.database, work.organisation.date_of(now))
    expired = 0
    for start in range(0, len(parent_ids), FAMILIES_PER_TRANSACTION):
        async with work.database.transaction() as transaction:
            families = await lock_families(transaction, parent_ids[start : start + FAMILIES_PER_TRANSACTION])
            expired += await _expire(work, transaction, families.values(), now)
    return expired


async def _expire(work: PackagesWork, transaction: Transaction, families: Iterable[Family], now: datetime) -> int:
    today = work.organisation.date_of(now)
    count = 0
    for family in families:
        due = [lot for lot in family.lots.values() if lot.remaining and lot.grace_is_over(today)]
        lots = family.lots | {lot.id: lot.expire() for lot in due}
        await save_lots(transaction, [lots[lot.id] for lot in due])
        await record_movements(transaction, map(_rest, due), now, THE_JOB)
        await settle_alert(work, transaction, family, [standing_of(lots.values(), today)], Change.TAKEN, now)
        count += len(due)
    return count


def _rest(lot: Lot) -> Movement:
    return Movement(package_id=lot.id, kind=MovementKind.EXPIRED, sessions=-lot.remaining)
