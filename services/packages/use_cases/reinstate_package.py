"""What has expired of a package is given back."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.packages.domain.lots import Lot
from services.packages.domain.reason import check_reason
from services.packages.domain.sale import check_last_valid_day
from services.packages.sql.families import lock_family, owner_of
from services.packages.use_cases.renew_lot import renew_lot
from services.packages.work import PackagesWork
from shared.errors import InvalidInput
from shared.mutations.audit import record_audit
from shared.mutations.idempotency import claim_key


@dataclass(frozen=True, slots=True, kw_only=True)
class Reinstatement:
    """`expires_on` is the last valid day from now on; None keeps the present one, which must not have passed."""

    package_id: UUID
    expires_on: date | None
    reason: str


async def reinstate_package(work: PackagesWork, asked: Reinstatement, idempotency_key: str | None, by: str) -> UUID:
    """Raises NotFound, InvalidInput where nothing has expired, PackageExpired for a day that has passed,
    IdempotencyKeyReused."""
    reason = check_reason(asked.reason)
    now = work.clock.now()
    async with work.database.transaction() as transaction:
        first = await claim_key(transaction, idempotency_key, asked, asked.package_id, now)
        if first is not None:
            return first
        family = await lock_family(transaction, await owner_of(transaction, asked.package_id))
        lot = family.lots[asked.package_id]
        expires_on = _last_valid_day(lot, asked, work.organisation.date_of(now))
        await record_audit(transaction, "REINSTATE_PACKAGE", lot.id, reason, now, by)
        await renew_lot(work, transaction, family, lot, expires_on, reason, now, by)
    return lot.id


def _last_valid_day(lot: Lot, asked: Reinstatement, today: date) -> date | None:
    if not lot.expired_sessions:
        raise InvalidInput("nothing of this package has expired")
    day = asked.expires_on or lot.expires_on
    if day is None:
        return None
    if lot.expires_on is not None and day < lot.expires_on:
        raise InvalidInput(f"the package is valid until {lot.expires_on} already")
    return check_last_valid_day(day, today)
