"""The people that billing has heard of."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from services.billing.domain.accounts import Contact, Directory, Statement, Usage
from shared.contracts.packages import PersonChanged, PersonKind
from shared.database.database import Statements, Transaction
from shared.period import Month

_UPSERT = """
INSERT INTO person (person_id, kind, parent_id, name, email, phone, version) VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (person_id) DO UPDATE SET
    kind = excluded.kind, parent_id = excluded.parent_id, name = excluded.name, email = excluded.email,
    phone = excluded.phone, version = excluded.version
WHERE person.version < excluded.version
"""

_KIND = "SELECT kind FROM person WHERE person_id = $1"

_FAMILIES = """
SELECT person_id, parent_id, name, email, phone FROM person
 WHERE person_id = ANY($1::uuid[]) OR parent_id = ANY($1::uuid[])
 ORDER BY person_id
"""

_PEOPLE = "SELECT person_id, parent_id, name, email, phone FROM person WHERE person_id = ANY($1::uuid[])"

_TUTORS = """
SELECT person_id, name FROM person WHERE person_id IN (SELECT tutor_id FROM approval WHERE month = $1)
"""


async def upsert_people(transaction: Transaction, changes: Sequence[PersonChanged]) -> None:
    """Keeps the newest version of each person, whatever order the changes come in."""
    rows = [(c.person_id, c.kind, c.parent_id, c.name, c.email, c.phone, c.version) for c in changes]
    await transaction.execute_many(_UPSERT, rows)


async def kind_of(statements: Statements, person_id: UUID) -> PersonKind | None:
    """None for who is not known yet."""
    row = await statements.row(_KIND, person_id)
    return None if row is None else row["kind"]


async def tutors_of(statements: Statements, month: Month) -> dict[UUID, str]:
    """The names of all who taught in the month."""
    return {row["person_id"]: row["name"] for row in await statements.rows(_TUTORS, str(month))}


async def directory_of(
    statements: Statements, some: Sequence[Statement], usage: Mapping[UUID, Usage], tutors: Mapping[UUID, str]
) -> Directory:
    """Everyone whom these statements name; the month's tutors are known already."""
    rows = list(await statements.tuples(_FAMILIES, [statement.parent_id for statement in some]))
    children: dict[UUID, list[str]] = defaultdict(list)
    for _, parent_id, name, _, _ in rows:
        if parent_id is not None:
            children[parent_id].append(name)
    known = {person_id for person_id, *_ in rows}
    if elsewhere := (_children_on(some) | _children_in(usage.values())) - known:
        rows += await statements.tuples(_PEOPLE, sorted(elsewhere))
    return Directory({person_id: Contact(*contact) for person_id, _, *contact in rows}, tutors, children)


def _children_on(some: Sequence[Statement]) -> set[UUID]:
    charges = (line.charge for statement in some for line in statement.bill.lines)
    return {charge.child_id for charge in charges if charge.child_id is not None}


def _children_in(usage: Iterable[Usage]) -> set[UUID]:
    taught, bound = set(), set()
    for each in usage:
        taught |= {session.child_id for session in each.sessions}
        bound |= {lot.child_id for lot in each.lots if lot.child_id is not None}
    return taught | bound
