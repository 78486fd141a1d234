"""People that billing must have heard of before it can act."""

from functools import partial
from uuid import UUID

from services.billing.sql.people import kind_of
from services.billing.work import BillingWork
from shared.contracts.packages import PersonKind
from shared.errors import NotFound


async def require_person(work: BillingWork, person_id: UUID, kind: PersonKind) -> None:
    """Waits for one that packages has just told of. Raises NotFound. Not to be called in a transaction."""
    if await work.arrivals.until(person_id, partial(kind_of, work.database, person_id)) != kind:
        raise NotFound(f"no such {kind.lower()}: {person_id}")
