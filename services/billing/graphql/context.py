"""One request's context: who asks, and loaders that gather what its fields need into one query a batch."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from strawberry.dataloader import DataLoader

from services.billing.domain.progress import Progress
from services.billing.reads import (
    Pay,
    cycles_by_id,
    cycles_of_person,
    lines_by_payout,
    pay_of_month,
    payouts_by_id,
    payouts_by_tutor,
    rates_by_tutor,
)
from services.billing.sql.explanations import Trace, traces_by_session
from services.billing.work import BillingWork
from shared.auth.viewer import Role, Viewer
from shared.database.database import Row, Statements
from shared.database.watch import Watch
from shared.graphql.context import Context
from shared.period import Month

K = TypeVar("K")
V = TypeVar("V")


@dataclass(frozen=True, kw_only=True)
class Loaders:
    cycle: DataLoader[UUID, Row | None]
    payout: DataLoader[UUID, Row | None]
    payouts_of_tutor: DataLoader[UUID, list[Row] | None]
    lines: DataLoader[UUID, list[Row] | None]
    rate: DataLoader[UUID, Row | None]
    pay: DataLoader[tuple[UUID, Month], Pay]
    trace: DataLoader[UUID, Trace | None]
    own_cycle: DataLoader[UUID, Row | None]

    def forget(self) -> None:
        for loader in vars(self).values():
            loader.clear_all()


@dataclass(frozen=True, kw_only=True)
class BillingContext(Context):
    work: BillingWork
    load: Loaders
    progress: Watch[Month, Progress]

    def sees_tutor(self, tutor_id: UUID) -> bool:
        """Tutors see their own pay; coordinators and services everyone's."""
        return self.sees_overview or self.only_tutor == tutor_id

    def sees_charge(self, entry: Row) -> bool:
        """Parents see what their own family is charged; coordinators and services all of it."""
        own = self.viewer.role is Role.PARENT and self.viewer.person_id == entry["parent_id"]
        return self.sees_overview or own

    async def trace_of(self, session_id: UUID) -> Trace | None:
        """What billing has of a session; somebody else's is as one that it has not heard of."""
        trace = await self.load.trace.load(session_id)
        if trace and (self.sees_charge(trace.entry) or self.sees_tutor(trace.entry["tutor_id"])):
            return trace
        return None

    @property
    def sees_overview(self) -> bool:
        """Whether the organisation as a whole is this viewer's to see."""
        return self.viewer.role in (Role.COORDINATOR, Role.SERVICE)

    @property
    def only_tutor(self) -> UUID | None:
        """The tutor to whose pay a list is narrowed for this viewer; None where it is not."""
        return self.viewer.person_id if self.viewer.role is Role.TUTOR else None


def loaders(work: BillingWork, viewer: Viewer) -> Loaders:
    database = work.database

    async def rates(statements: Statements, tutor_ids: Sequence[UUID]) -> dict[UUID, Row]:
        return await rates_by_tutor(statements, work.today, tutor_ids)

    async def own_cycles(statements: Statements, cycle_ids: Sequence[UUID]) -> dict[UUID, Row]:
        if viewer.role in (Role.COORDINATOR, Role.SERVICE):
            return await cycles_by_id(statements, cycle_ids)
        return await cycles_of_person(statements, viewer.person_id, cycle_ids)

    return Loaders(
        cycle=_by_key(database, cycles_by_id),
        payout=_by_key(database, payouts_by_id),
        payouts_of_tutor=_by_key(database, payouts_by_tutor),
        lines=_by_key(database, lines_by_payout),
        rate=_by_key(database, rates),
        pay=DataLoader(lambda keys: _pay(work, keys)),
        trace=_by_key(database, traces_by_session),
        own_cycle=_by_key(database, own_cycles),
    )


def _by_key(
    database: Statements, read: Callable[[Statements, Sequence[K]], Awaitable[dict[K, V]]]
) -> DataLoader[K, V | None]:
    async def load(keys: list[K]) -> list[V | None]:
        found = await read(database, keys)
        return [found.get(key) for key in keys]

    return DataLoader(load)


async def _pay(work: BillingWork, keys: Sequence[tuple[UUID, Month]]) -> list[Pay]:
    tutors: dict[Month, list[UUID]] = defaultdict(list)
    for tutor_id, month in keys:
        tutors[month].append(tutor_id)
    pay = {month: await pay_of_month(work.database, month, some, work.currency) for month, some in tutors.items()}
    return [pay[month][tutor_id] for tutor_id, month in keys]
