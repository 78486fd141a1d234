"""Approvals on their way: staged in packages' outbox, expected in billing."""

from datetime import UTC, date, datetime
from uuid import UUID

from shared.contracts.packages import SessionApproved
from shared.database.database import Database
from shared.ids import new_id
from shared.messaging.outbox import Outbox

AT = datetime(2026, 10, 5, 10, 0, tzinfo=UTC)
STAGED_AT_ONCE = 5_000


def approval(parent_id: UUID, tutor_id: UUID) -> SessionApproved:
    return SessionApproved(
        session_id=new_id(),
        parent_id=parent_id,
        child_id=new_id(),
        tutor_id=tutor_id,
        starts_at=AT,
        session_date=date(2026, 10, 5),
        duration_minutes=60,
        coverage="PACKAGE",
        package_id=new_id(),
        price_minor=0,
        currency="INR",
        month="2026-10",
        approved_at=AT,
    )


async def stage_approvals(packages: Database, number: int) -> None:
    parents, tutors = [new_id() for _ in range(500)], [new_id() for _ in range(50)]
    for start in range(0, number, STAGED_AT_ONCE):
        some = range(start, min(start + STAGED_AT_ONCE, number))
        facts = [approval(parents[each % len(parents)], tutors[each % len(tutors)]) for each in some]
        async with packages.transaction() as transaction:
            await Outbox().stage(transaction, facts, AT)


async def approvals_in(billing: Database) -> int:
    number: int = await billing.value("SELECT count(*) FROM approval")
    return number
