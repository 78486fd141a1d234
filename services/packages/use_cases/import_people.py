"""People whom another system lists. Parents come before their children, in an import of their own."""

from collections.abc import Collection, Mapping, Sequence

from services.packages.domain.imports import Imported, Keeping, PersonLine, check_import, confirm, judge, summed_up
from services.packages.domain.people import PersonDetails, PersonKind
from services.packages.domain.references import FirstCome
from services.packages.sql.people import Named, NewPersonRow, insert_people, people_by_ref, people_named
from services.packages.use_cases.create_person import NewPerson, new_row, person_changed
from services.packages.work import PackagesWork
from shared.database.database import Statements, Transaction
from shared.errors import InvalidInput, NotFound, Refusal
from shared.ids import new_id

Judged = NewPersonRow | FirstCome | Refusal


async def import_people(
    work: PackagesWork,
    lines: Sequence[PersonLine | Refusal],
    parents_to_come: Collection[str],
    keeping: Keeping,
) -> Imported:
    """`parents_to_come` are references that a dry run may take for stored: the import itself will have brought them.

    Raises InvalidInput for too many lines, and ExternalRefReused when somebody else comes first at the same moment.
    """
    check_import(lines)
    if keeping.dry_run:
        return summed_up(await _judge(work.database, lines, parents_to_come), kept=False)
    if parents_to_come:
        raise InvalidInput("parents to come are for a dry run")
    async with work.database.transaction() as transaction:
        judged = await _judge(transaction, lines, ())
        kept = keeping.keeps(some_are_bad=any(isinstance(one, Refusal) for one in judged))
        if kept:
            await _store(work, transaction, [one for one in judged if isinstance(one, NewPersonRow)])
    return summed_up(judged, kept=kept)


async def _judge(
    statements: Statements, lines: Sequence[PersonLine | Refusal], parents_to_come: Collection[str]
) -> list[Judged]:
    names = {line.parent for line in lines if isinstance(line, PersonLine) and line.parent is not None}
    parents = await people_named(statements, PersonKind.PARENT, names)
    parents = {name: Named(new_id(), None) for name in parents_to_come} | parents
    rows = [line if isinstance(line, Refusal) else _row(line, parents) for line in lines]
    return judge(rows, await people_by_ref(statements, [row.key for row in rows if isinstance(row, NewPersonRow)]))


async def _store(work: PackagesWork, transaction: Transaction, new: Sequence[NewPersonRow]) -> None:
    now = work.clock.now()
    await insert_people(transaction, new, now)
    stored = await people_by_ref(transaction, [row.key for row in new])
    confirm(new, stored)
    ours = [person_changed(row.person) for row in new if stored[row.key].id == row.id]
    await work.outbox.stage(transaction, ours, now)


def _row(line: PersonLine, parents: Mapping[str, Named]) -> NewPersonRow | Refusal:
    try:
        _check(line)
        if line.parent is not None and line.parent not in parents:
            raise NotFound(f"no parent {line.parent!r}")
        parent_id = None if line.parent is None else parents[line.parent].id
        return new_row(
            NewPerson(kind=line.kind, details=line.details, parent_id=parent_id, external_ref=line.external_ref)
        )
    except Refusal as refusal:
        return refusal


def _check(line: PersonLine) -> None:
    if (line.kind is PersonKind.CHILD) != (line.parent is not None):
        raise InvalidInput("a child has a parent, and nobody else has")
    if line.kind is PersonKind.CHILD and line.details != PersonDetails(line.details.name):
        raise InvalidInput("a child is reached through the parent: no email, no phone")
