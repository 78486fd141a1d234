"""The daily job: what is left of a lot expires when its last valid day and the approval grace are over.

From its last valid day on, a lot no longer counts as active, so its family's alert is looked at daily from then.
Running the job again, or late, comes to the same ledger.
"""

from collections.abc import Collection, Iterable
from datetime import date, datetime

from services.packages.domain.alerts import Change, Standing, standing_of
from services.packages.domain.ledger import Movement, MovementKind
from services.packages.domain.lots import Lot
from services.packages.sql.families import (
    Family,
    families_with_expired_lots,
    lock_families,
    new_movements,
    saved_lots,
)
from services.packages.use_cases.settle_alerts import settle_alerts
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


async def _expire(work: PackagesWork, transaction: Transaction, families: Collection[Family], now: datetime) -> int:
    today = work.organisation.date_of(now)
    due = {family.parent_id: [lot for lot in family.lots.values() if _is_due(lot, today)] for family in families}
    lots = [lot for theirs in due.values() for lot in theirs]
    await transaction.write(
        saved_lots([lot.expire() for lot in lots]), new_movements([_rest(lot) for lot in lots], now, THE_JOB)
    )
    changes = [(family, _standings(family, due[family.parent_id], today)) for family in families]
    await settle_alerts(work, transaction, changes, Change.TAKEN, now)
    return len(lots)


def _is_due(lot: Lot, today: date) -> bool:
    return lot.remaining > 0 and lot.grace_is_over(today)


def _standings(family: Family, expired: Iterable[Lot], today: date) -> list[Standing]:
    standing = standing_of((family.lots | {lot.id: lot.expire() for lot in expired}).values(), today)
    return [] if standing is None else [standing]


def _rest(lot: Lot) -> Movement:
    return Movement(package_id=lot.id, kind=MovementKind.EXPIRED, sessions=-lot.remaining)
