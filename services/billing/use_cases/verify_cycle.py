"""Does a closed cycle still say what it said when it was closed?"""

from dataclasses import dataclass
from uuid import UUID

from services.billing.sql.cycles import cycle_of, stored_totals
from services.billing.sql.stored import stored_hash
from services.billing.work import BillingWork
from shared.errors import NotFound
from shared.period import Month


@dataclass(frozen=True, slots=True)
class Verification:
    """`sha256` was stored by the close, `recomputed_sha256` is what the rows give now."""

    cycle_id: UUID
    sha256: str
    recomputed_sha256: str

    @property
    def matches(self) -> bool:
        return self.sha256 == self.recomputed_sha256


async def verify_cycle(work: BillingWork, month: Month) -> Verification:
    """Raises NotFound when the month is not closed."""
    async with work.database.transaction() as transaction:
        await transaction.one_picture()
        cycle = await cycle_of(transaction, month)
        stored = await stored_totals(transaction, cycle.cycle_id) if cycle else None
        if cycle is None or stored is None:
            raise NotFound(f"{month} has no closed cycle")
        return Verification(cycle.cycle_id, stored.sha256, await stored_hash(transaction, cycle.cycle_id))
