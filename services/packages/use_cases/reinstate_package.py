"""What has expired of a package is given back."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.packages.domain.lots import Lot
from services.packages.domain.sale import check_last_valid_day
from services.packages.use_cases.renew_package import renew_package
from services.packages.work import PackagesWork
from shared.errors import InvalidInput


@dataclass(frozen=True, slots=True, kw_only=True)
class Reinstatement:
    """`expires_on` is the last valid day from now on; None keeps the present one, which must not have passed."""

    package_id: UUID
    expires_on: date | None
    reason: str


async def reinstate_package(work: PackagesWork, asked: Reinstatement, idempotency_key: str | None, by: str) -> UUID:
    """Raises NotFound, InvalidInput where nothing has expired, PackageExpired for a day that has passed,
    IdempotencyKeyReused."""
    return await renew_package(work, asked, _last_valid_day, "REINSTATE_PACKAGE", idempotency_key, by)


def _last_valid_day(lot: Lot, asked: Reinstatement, today: date) -> date | None:
    if not lot.expired_sessions:
        raise InvalidInput("nothing of this package has expired")
    day = asked.expires_on or lot.expires_on
    if day is None:
        return None
    if lot.expires_on is not None and day < lot.expires_on:
        raise InvalidInput(f"the package is valid until {lot.expires_on} already")
    return check_last_valid_day(day, today)
