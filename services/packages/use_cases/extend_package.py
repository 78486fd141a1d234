"""A later last valid day for a package; what had expired of it meanwhile is reinstated."""

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
class Extension:
    """`expires_on` is the new last valid day; None lets the package never expire."""

    package_id: UUID
    expires_on: date | None
    reason: str


async def extend_package(work: PackagesWork, extension: Extension, idempotency_key: str | None, by: str) -> UUID:
    """Raises NotFound, InvalidInput, PackageExpired for a day that has passed, IdempotencyKeyReused."""
    reason = check_reason(extension.reason)
    now = work.clock.now()
    async with work.database.transaction() as transaction:
        first = await claim_key(transaction, idempotency_key, extension, extension.package_id, now)
        if first is not None:
            return first
        family = await lock_family(transaction, await owner_of(transaction, extension.package_id))
        lot = family.lots[extension.package_id]
        _check(lot, extension, work.organisation.date_of(now))
        await record_audit(transaction, "EXTEND_PACKAGE", lot.id, reason, now, by)
        await renew_lot(work, transaction, family, lot, extension.expires_on, reason, now, by)
    return lot.id


def _check(lot: Lot, extension: Extension, today: date) -> None:
    if lot.expires_on is None:
        raise InvalidInput("this package never expires")
    if extension.expires_on is not None:
        if extension.expires_on <= lot.expires_on:
            raise InvalidInput(f"an extension goes beyond {lot.expires_on}")
        check_last_valid_day(extension.expires_on, today)
