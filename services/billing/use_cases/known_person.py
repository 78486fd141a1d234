"""People that billing must have heard of before it can act."""

from functools import partial
from uuid import UUID

from services.billing.sql.people import is_known
from services.billing.work import BillingWork
from shared.contracts.packages import PersonKind
from shared.errors import NotFound


async def require_person(work: BillingWork, person_id: UUID, kind: PersonKind) -> None:
    """Waits a moment for one that packages has just told of. Raises NotFound. Not to be called in a transaction."""
    if not await work.arrivals.until(partial(is_known, work.database, person_id, kind)):
        raise NotFound(f"no such {kind.lower()}: {person_id}")
