"""The people that billing has heard of."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from uuid import UUID

from services.billing.domain.accounts import Account, Contact, Directory
from shared.contracts.packages import PersonChanged, PersonKind
from shared.database.database import Statements, Transaction

_UPSERT = """
INSERT INTO person (person_id, kind, parent_id, name, email, phone, version) VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (person_id) DO UPDATE SET
    kind = excluded.kind, parent_id = excluded.parent_id, name = excluded.name, email = excluded.email,
    phone = excluded.phone, version = excluded.version
WHERE person.version < excluded.version
"""

_KNOWN = "SELECT 1 AS known FROM person WHERE person_id = $1 AND kind = $2"

_FAMILIES = """
SELECT person_id, kind, parent_id, name, email, phone FROM person
 WHERE person_id = ANY($1::uuid[]) OR parent_id = ANY($2::uuid[])
 ORDER BY person_id
"""


async def upsert_people(transaction: Transaction, changes: Sequence[PersonChanged]) -> None:
    """Keeps the newest version of each person, whatever order the changes come in."""
    rows = [(c.person_id, c.kind, c.parent_id, c.name, c.email, c.phone, c.version) for c in changes]
    await transaction.execute_many(_UPSERT, rows)


async def is_known(statements: Statements, person_id: UUID, kind: PersonKind) -> bool:
    return await statements.row(_KNOWN, person_id, kind) is not None


async def directory_of(statements: Statements, accounts: dict[UUID, Account]) -> Directory:
    """Everyone whom these parents' documents name."""
    mentioned = {person_id for account in accounts.values() for person_id in _mentioned(account)}
    rows = await statements.rows(_FAMILIES, sorted(mentioned | accounts.keys()), sorted(accounts))
    children: dict[UUID, list[str]] = defaultdict(list)
    for row in rows:
        if row["parent_id"] is not None:
            children[row["parent_id"]].append(row["name"])
    return Directory({row["person_id"]: Contact(row["name"], row["email"], row["phone"]) for row in rows}, children)


def _mentioned(account: Account) -> Collection[UUID]:
    told = {session.tutor_id for session in account.sessions} | {session.child_id for session in account.sessions}
    bound = [*(charge.child_id for charge in account.charges), *(lot.child_id for lot in account.lots)]
    return told | {child_id for child_id in bound if child_id is not None}
