"""What had expired of a lot is given back, with a last valid day; part of extending and of reinstating a package."""

from datetime import date, datetime

from services.packages.domain.alerts import Change, standing_of
from services.packages.domain.ledger import Movement, MovementKind
from services.packages.domain.lots import Lot
from services.packages.sql.families import Family, new_movements, saved_lots
from services.packages.use_cases.settle_alerts import settle_alert
from services.packages.work import PackagesWork
from shared.database.database import Transaction


async def renew_lot(
    work: PackagesWork,
    transaction: Transaction,
    family: Family,
    lot: Lot,
    expires_on: date | None,
    reason: str,
    now: datetime,
    by: str,
) -> None:
    """The family is locked, and the lot one of its own."""
    renewed = lot.reinstate(expires_on)
    await transaction.write(saved_lots([renewed]), new_movements(_reinstatement(lot, reason), now, by))
    standing = standing_of((family.lots | {lot.id: renewed}).values(), work.organisation.date_of(now))
    await settle_alert(work, transaction, family, standing, Change.GIVEN, now)


def _reinstatement(lot: Lot, reason: str) -> list[Movement]:
    """None where nothing of the lot had expired."""
    if not lot.expired_sessions:
        return []
    return [Movement(package_id=lot.id, kind=MovementKind.REINSTATED, sessions=lot.expired_sessions, reason=reason)]
