"""A later last valid day for a package; what had expired of it meanwhile is reinstated."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.packages.domain.lots import Lot
from services.packages.domain.sale import check_last_valid_day
from services.packages.use_cases.renew_package import renew_package
from services.packages.work import PackagesWork
from shared.errors import InvalidInput


@dataclass(frozen=True, slots=True, kw_only=True)
class Extension:
    """`expires_on` is the new last valid day; None lets the package never expire."""

    package_id: UUID
    expires_on: date | None
    reason: str


async def extend_package(work: PackagesWork, asked: Extension, idempotency_key: str | None, by: str) -> UUID:
    """Raises NotFound, InvalidInput, PackageExpired for a day that has passed, IdempotencyKeyReused."""
    return await renew_package(work, asked, _last_valid_day, "EXTEND_PACKAGE", idempotency_key, by)


def _last_valid_day(lot: Lot, asked: Extension, today: date) -> date | None:
    if lot.expires_on is None:
        raise InvalidInput("this package never expires")
    if asked.expires_on is None:
        return None
    if asked.expires_on <= lot.expires_on:
        raise InvalidInput(f"an extension goes beyond {lot.expires_on}")
    return check_last_valid_day(asked.expires_on, today)
