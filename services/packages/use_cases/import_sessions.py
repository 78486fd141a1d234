"""Sessions that another system lists: each is logged once, whatever way and however often it comes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from services.packages.domain.imports import Imported, Keeping, SessionLine, check_import, confirm, judge, summed_up
from services.packages.domain.people import PersonKind
from services.packages.domain.references import FirstCome
from services.packages.sql.people import Named, people_named
from services.packages.sql.sessions import NewSessionRow, insert_sessions, sessions_by_ref
from services.packages.use_cases.log_session import NewSession, checked, new_row
from services.packages.work import PackagesWork
from shared.database.database import Statements, Transaction
from shared.errors import NotFound, Refusal
from shared.mutations.audit import record_audits

Judged = NewSessionRow | FirstCome | Refusal


async def import_sessions(
    work: PackagesWork, lines: Sequence[SessionLine | Refusal], keeping: Keeping, by: str
) -> Imported:
    """A line that could not be read is given as its refusal. Raises InvalidInput for too many lines, and
    ExternalRefReused when somebody else comes first with other content at the same moment."""
    check_import(lines)
    if keeping.dry_run:
        return summed_up(await judge_sessions(work, work.database, lines), kept=False)
    async with work.database.transaction() as transaction:
        judged = await judge_sessions(work, transaction, lines)
        kept = keeping.keeps(some_are_bad=any(isinstance(one, Refusal) for one in judged))
        if kept:
            new = await store_sessions(work, transaction, judged, by)
            priced = [(row.id, row.taught.addon_price) for row in new if row.taught.addon_price is not None]
            await record_audits(transaction, "LOG_SESSION", priced, None, work.clock.now(), by)
    return summed_up(judged, kept=kept)


async def judge_sessions(
    work: PackagesWork, statements: Statements, lines: Sequence[SessionLine | Refusal]
) -> list[Judged]:
    """Of each line, in their order: a session that could be stored, the one that came first, or why not."""
    readable = [line for line in lines if not isinstance(line, Refusal)]
    people = _People(
        await people_named(statements, PersonKind.CHILD, {line.child for line in readable}),
        await people_named(statements, PersonKind.TUTOR, {line.tutor for line in readable}),
    )
    rows = [line if isinstance(line, Refusal) else _row(work, line, people) for line in lines]
    return judge(rows, await sessions_by_ref(statements, [row.key for row in rows if isinstance(row, NewSessionRow)]))


async def store_sessions(
    work: PackagesWork, transaction: Transaction, judged: Iterable[Judged], by: str
) -> list[NewSessionRow]:
    """Those that are stored now and were not before. Raises ExternalRefReused."""
    new = [one for one in judged if isinstance(one, NewSessionRow)]
    await insert_sessions(transaction, new, work.organisation.currency, work.clock.now(), by)
    stored = await sessions_by_ref(transaction, [row.key for row in new])
    confirm(new, stored)
    return [row for row in new if stored[row.key].id == row.id]


@dataclass(frozen=True, slots=True)
class _People:
    children: dict[str, Named]
    tutors: dict[str, Named]

    def family_of(self, child: str) -> tuple[UUID, UUID]:
        """The child's id and the parent's. Raises NotFound."""
        named = self.children.get(child)
        if named is None or named.parent_id is None:
            raise NotFound(f"no child {child!r}")
        return named.id, named.parent_id

    def tutor(self, tutor: str) -> UUID:
        """Raises NotFound."""
        if tutor not in self.tutors:
            raise NotFound(f"no tutor {tutor!r}")
        return self.tutors[tutor].id


def _row(work: PackagesWork, line: SessionLine, people: _People) -> NewSessionRow | Refusal:
    try:
        child_id, parent_id = people.family_of(line.child)
        new = NewSession(
            child_id=child_id,
            tutor_id=people.tutor(line.tutor),
            starts_at=line.starts_at,
            duration_minutes=line.duration_minutes,
            billed_as_addon=line.billed_as_addon,
            addon_price=line.addon_price,
            external_ref=line.external_ref,
        )
        return new_row(checked(new, work.organisation), parent_id, work.organisation)
    except Refusal as refusal:
        return refusal
