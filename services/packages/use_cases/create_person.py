"""New people. The same external reference with the same content returns who came first."""

from dataclasses import dataclass, replace
from uuid import UUID

from services.packages.domain.people import PersonDetails, PersonKind, check_details
from services.packages.domain.references import check_external_ref
from services.packages.sql.people import NewPersonRow, PersonRow, insert_people, people_by_ref, person_of
from services.packages.work import PackagesWork
from shared.contracts.packages import PersonChanged
from shared.ids import new_id
from shared.mutations.idempotency import content_digest


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPerson:
    """`parent_id` is a child's, and nobody else's."""

    kind: PersonKind
    details: PersonDetails
    parent_id: UUID | None = None
    external_ref: str | None = None


async def create_person(work: PackagesWork, new: NewPerson) -> UUID:
    """Raises InvalidInput, NotFound for an unknown parent, ExternalRefReused."""
    now = work.clock.now()
    row = new_row(new)
    async with work.database.transaction() as transaction:
        if new.parent_id is not None:
            await person_of(transaction, new.parent_id, PersonKind.PARENT)
        await insert_people(transaction, [row], now)
        if row.external_ref is not None:
            first = (await people_by_ref(transaction, [row.key]))[row.key]
            if first.confirm(row.external_ref, row.content_sha256) != row.person.id:
                return first.id
        await work.outbox.stage(transaction, [person_changed(row.person)], now)
    return row.person.id


def new_row(new: NewPerson) -> NewPersonRow:
    """Raises InvalidInput for details that nobody could have."""
    ref = None if new.external_ref is None else check_external_ref(new.external_ref)
    new = replace(new, details=check_details(new.details))
    person = PersonRow(new_id(), new.kind, new.parent_id, new.details, version=1)
    return NewPersonRow(person, ref, content_digest(new))


def person_changed(person: PersonRow) -> PersonChanged:
    return PersonChanged(
        person_id=person.id,
        kind=person.kind.value,
        parent_id=person.parent_id,
        name=person.details.name,
        email=person.details.email,
        phone=person.details.phone,
        version=person.version,
    )
