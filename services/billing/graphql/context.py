"""One request's context: who asks, and loaders that gather what its fields need into one query a batch."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from uuid import UUID

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
from shared.database.row import Row
from shared.database.watch import Watch
from shared.graphql.context import Context
from shared.graphql.loading import Loader
from shared.period import Month

OVERVIEW = frozenset({Role.COORDINATOR, Role.SERVICE})
"""To whom the organisation as a whole is shown."""


@dataclass(frozen=True, kw_only=True)
class Loaders:
    cycle: Loader[UUID, Row | None]
    payout: Loader[UUID, Row | None]
    payouts_of_tutor: Loader[UUID, list[Row]]
    lines: Loader[UUID, list[Row]]
    rate: Loader[UUID, Row | None]
    pay: Loader[tuple[UUID, Month], Pay]
    trace: Loader[UUID, Trace | None]
    own_cycle: Loader[UUID, Row | None]

    def forget(self) -> None:
        for loader in vars(self).values():
            loader.clear_all()


@dataclass(frozen=True, kw_only=True)
class BillingContext(Context):
    work: BillingWork
    loaders: Loaders
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
        trace = await self.loaders.trace.load(session_id)
        if trace and (self.sees_charge(trace.entry) or self.sees_tutor(trace.entry["tutor_id"])):
            return trace
        return None

    @property
    def sees_overview(self) -> bool:
        """Whether the organisation as a whole is this viewer's to see."""
        return self.viewer.role in OVERVIEW

    @property
    def only_tutor(self) -> UUID | None:
        """The tutor to whose pay a list is narrowed for this viewer; None where it is not."""
        return self.viewer.person_id if self.viewer.role is Role.TUTOR else None


def loaders(work: BillingWork, viewer: Viewer) -> Loaders:
    """What one may not see of cycles and payouts is not found."""
    database = work.database

    async def own_cycles(cycle_ids: Sequence[UUID]) -> dict[UUID, Row]:
        if viewer.role in OVERVIEW:
            return await cycles_by_id(database, cycle_ids)
        return await cycles_of_person(database, viewer.person_id, cycle_ids)

    async def own_payouts(payout_ids: Sequence[UUID]) -> dict[UUID, Row]:
        rows = await payouts_by_id(database, payout_ids)
        if viewer.role in OVERVIEW:
            return rows
        only = viewer.person_id if viewer.role is Role.TUTOR else None
        return {payout_id: row for payout_id, row in rows.items() if row["tutor_id"] == only}

    async def rates(tutor_ids: Sequence[UUID]) -> dict[UUID, Row]:
        return await rates_by_tutor(database, work.today, tutor_ids)

    return Loaders(
        cycle=Loader(partial(cycles_by_id, database)),
        own_cycle=Loader(own_cycles),
        payout=Loader(own_payouts),
        payouts_of_tutor=Loader(partial(payouts_by_tutor, database), []),
        lines=Loader(partial(lines_by_payout, database), []),
        rate=Loader(rates),
        pay=Loader(partial(_pay, work)),
        trace=Loader(partial(traces_by_session, database)),
    )


async def _pay(work: BillingWork, keys: Sequence[tuple[UUID, Month]]) -> dict[tuple[UUID, Month], Pay]:
    tutors: dict[Month, list[UUID]] = defaultdict(list)
    for tutor_id, month in keys:
        tutors[month].append(tutor_id)
    pay = {month: await pay_of_month(work.database, month, some, work.currency) for month, some in tutors.items()}
    return {(tutor_id, month): pay[month][tutor_id] for tutor_id, month in keys}
