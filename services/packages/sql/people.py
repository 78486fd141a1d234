"""Parents, children and tutors."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.packages.domain.errors import ExternalRefReused
from services.packages.domain.people import PersonDetails, PersonKind
from shared.database.database import Row, Statements, Transaction
from shared.errors import NotFound

_INSERT = """
    INSERT INTO person
        (id, kind, parent_id, name, name_folded, email, phone, external_ref, content_sha256, version, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1, $10) ON CONFLICT DO NOTHING RETURNING id
"""
_BY_REF = "SELECT id, content_sha256 FROM person WHERE kind = $1 AND external_ref = $2"
_PERSON = "SELECT id, kind, parent_id, name, email, phone, version FROM person WHERE id = $1"
_UPDATE = "UPDATE person SET name = $2, name_folded = $3, email = $4, phone = $5, version = $6 WHERE id = $1"


@dataclass(frozen=True, slots=True)
class PersonRow:
    id: UUID
    kind: PersonKind
    parent_id: UUID | None
    details: PersonDetails
    version: int


async def insert_person(
    transaction: Transaction, person: PersonRow, external_ref: str | None, content_sha256: str, now: datetime
) -> UUID | None:
    """None when the person is now stored; else the id of the one that came first with this reference and content.

    Raises ExternalRefReused when that one came with other content.
    """
    stored = await transaction.row(
        _INSERT, person.id, person.kind, person.parent_id, *_columns(person.details), external_ref, content_sha256, now
    )
    if stored:
        return None
    first = await transaction.row(_BY_REF, person.kind, external_ref)
    if first is None or first["content_sha256"] != content_sha256:
        raise ExternalRefReused(f"{external_ref} came before with other content", external_ref=external_ref)
    return UUID(str(first["id"]))


async def update_person_row(transaction: Transaction, person: PersonRow) -> None:
    await transaction.execute(_UPDATE, person.id, *_columns(person.details), person.version)


async def person_of(statements: Statements, person_id: UUID, kind: PersonKind) -> PersonRow:
    """Raises NotFound when there is no such person, or not of this kind."""
    row = await statements.row(_PERSON, person_id)
    if row is None or row["kind"] != kind:
        raise NotFound(f"no {kind.lower()} {person_id}")
    return _person(row)


async def lock_person(transaction: Transaction, person_id: UUID) -> PersonRow:
    """The person of whatever kind, who changes for nobody else until the end of the transaction."""
    row = await transaction.row(f"{_PERSON} FOR NO KEY UPDATE", person_id)
    if row is None:
        raise NotFound(f"no person {person_id}")
    return _person(row)


def _person(row: Row) -> PersonRow:
    details = PersonDetails(row["name"], row["email"], row["phone"])
    return PersonRow(row["id"], PersonKind(row["kind"]), row["parent_id"], details, row["version"])


def _columns(details: PersonDetails) -> tuple[str, str, str | None, str | None]:
    return (details.name, details.name.casefold(), details.email, details.phone)
