"""Parents, children and tutors."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from uuid import UUID

from services.packages.domain.imports import Key
from services.packages.domain.people import PersonDetails, PersonKind
from services.packages.domain.references import FirstCome
from shared.database.database import Statements, Transaction
from shared.database.row import Row
from shared.errors import NotFound
from shared.ids import id_or_none

_INSERT = """
    INSERT INTO person
        (id, kind, parent_id, name, name_folded, email, phone, external_ref, content_sha256, version, created_at)
    SELECT * FROM unnest($1::uuid[], $2::varchar[], $3::uuid[], $4::varchar[], $5::varchar[], $6::varchar[],
        $7::varchar[], $8::varchar[], $9::varchar[], $10::int[], $11::timestamptz[])
    ON CONFLICT DO NOTHING
"""
_BY_REF = """
    SELECT id, parent_id, external_ref, content_sha256 FROM person
    WHERE kind = $1 AND external_ref = ANY($2::varchar[])
"""
_BY_ID = "SELECT id, parent_id FROM person WHERE kind = $1 AND id = ANY($2::uuid[])"
_PERSON = "SELECT id, kind, parent_id, name, email, phone, version FROM person WHERE id = $1"
_UPDATE = "UPDATE person SET name = $2, name_folded = $3, email = $4, phone = $5, version = $6 WHERE id = $1"


@dataclass(frozen=True, slots=True)
class PersonRow:
    id: UUID
    kind: PersonKind
    parent_id: UUID | None
    details: PersonDetails
    version: int


@dataclass(frozen=True, slots=True)
class NewPersonRow:
    person: PersonRow
    external_ref: str | None
    content_sha256: str

    @property
    def id(self) -> UUID:
        return self.person.id

    @property
    def key(self) -> Key:
        return self.person.kind, self.external_ref or ""


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody whom another system has named; `parent_id` is a child's."""

    id: UUID
    parent_id: UUID | None


async def insert_people(transaction: Transaction, people: Iterable[NewPersonRow], now: datetime) -> None:
    """A reference that is stored already keeps its row: `people_by_ref` tells who that is."""
    rows = [
        (p.id, p.kind, p.parent_id, *_columns(p.details), new.external_ref, new.content_sha256, p.version, now)
        for new in sorted(people, key=lambda new: new.external_ref or "")  # two imports wait in no circle
        for p in [new.person]
    ]
    await transaction.execute_set(_INSERT, rows)


async def people_by_ref(statements: Statements, keys: Iterable[Key]) -> dict[Key, FirstCome]:
    stored: dict[Key, FirstCome] = {}
    for kind, named in groupby(sorted(set(keys)), key=itemgetter(0)):
        rows = await statements.rows(_BY_REF, kind, [ref for _, ref in named])
        stored |= {(kind, row["external_ref"]): FirstCome(row["id"], row["content_sha256"]) for row in rows}
    return stored


async def people_named(statements: Statements, kind: PersonKind, names: Collection[str]) -> dict[str, Named]:
    """Who is meant by each name: the one with that external reference, or else with that id. Others are left out."""
    names = [name for name in names if name.isprintable()]
    rows = await statements.rows(_BY_REF, kind, names)
    named = {row["external_ref"]: Named(row["id"], row["parent_id"]) for row in rows}
    ids = {name: id_ for name in names if name not in named and (id_ := id_or_none(name)) is not None}
    if ids:
        found = {row["id"]: row for row in await statements.rows(_BY_ID, kind, list(ids.values()))}
        named |= {name: Named(id_, found[id_]["parent_id"]) for name, id_ in ids.items() if id_ in found}
    return named


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
