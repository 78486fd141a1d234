"""A person's new name or contact details."""

from dataclasses import dataclass, replace
from uuid import UUID

from services.packages.domain.people import PersonDetails, PersonKind, check_details
from services.packages.sql.people import lock_person, update_person_row
from services.packages.use_cases.create_person import person_changed
from services.packages.work import PackagesWork


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonUpdate:
    """None leaves a field as it is; an empty email or phone removes it."""

    person_id: UUID
    name: str | None = None
    email: str | None = None
    phone: str | None = None


async def update_person(work: PackagesWork, update: PersonUpdate) -> PersonKind:
    """Raises NotFound, InvalidInput. An update that changes nothing tells nobody."""
    now = work.clock.now()
    async with work.database.transaction() as transaction:
        person = await lock_person(transaction, update.person_id)
        details = check_details(_merged(person.details, update))
        if details != person.details:
            person = replace(person, details=details, version=person.version + 1)
            await update_person_row(transaction, person)
            await work.outbox.stage(transaction, [person_changed(person)], now)
    return person.kind


def _merged(details: PersonDetails, update: PersonUpdate) -> PersonDetails:
    given = {"name": update.name, "email": update.email, "phone": update.phone}
    return replace(details, **{field: text for field, text in given.items() if text is not None})
