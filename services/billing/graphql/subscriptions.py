"""What can be subscribed to in billing."""

from collections.abc import AsyncGenerator
from datetime import datetime

import strawberry

from services.billing.domain.completeness import Missing
from services.billing.domain.cycles import CycleStatus
from services.billing.domain.progress import CyclePhase, Documents, Progress
from services.billing.graphql.cycle import BillingCycle, Info
from services.billing.reads import cycle_of_month
from services.billing.sql.progress import progress_of
from shared.database.watch import Listener
from shared.graphql.live import heard, listen
from shared.period import Month

strawberry.enum(CyclePhase, description="Open; waiting for entries; being closed; its invoices being drawn; done.")


@strawberry.type(description="What must still arrive from packages before the month closes.")
class MissingEntries:
    seal: bool = strawberry.field(description="Packages has not sealed the month yet; until then nothing is counted.")
    approvals: int
    reversals: int
    purchases: int
    people: int
    message: str

    @classmethod
    def of(cls, missing: Missing) -> "MissingEntries":
        return cls(
            seal=missing.seal,
            approvals=missing.approvals,
            reversals=missing.reversals,
            purchases=missing.purchases,
            people=missing.people,
            message=str(missing),
        )


@strawberry.type(description="The documents of a cycle's invoices, as invoicing last told of them.")
class DocumentProgress:
    queued: int
    rendered: int
    failed: int

    @classmethod
    def of(cls, documents: Documents) -> "DocumentProgress":
        return cls(queued=documents.queued, rendered=documents.rendered, failed=documents.failed)


@strawberry.type(description="How far a month has come. Its statements and payouts are counted once it is closed.")
class CycleProgress:
    month: Month
    status: CycleStatus
    phase: CyclePhase
    sessions_counted: int
    sessions_expected: int | None = strawberry.field(description="What packages has sealed, once it has.")
    missing: MissingEntries | None
    statements: int | None
    payouts: int | None
    documents: DocumentProgress
    updated_at: datetime

    @classmethod
    def of(cls, progress: Progress, now: datetime) -> "CycleProgress":
        return cls(
            month=progress.month,
            status=progress.status,
            phase=progress.phase,
            sessions_counted=progress.sessions_counted,
            sessions_expected=progress.sessions_expected,
            missing=MissingEntries.of(progress.missing) if progress.missing else None,
            statements=progress.statements,
            payouts=progress.payouts,
            documents=DocumentProgress.of(progress.documents),
            updated_at=now,
        )

    @strawberry.field
    async def cycle(self, info: Info) -> BillingCycle | None:
        """None before the month's first entry."""
        row = await cycle_of_month(info.context.work.database, self.month)
        return BillingCycle.of(row) if row else None


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def cycle_progress(self, info: Info, month: Month) -> AsyncGenerator[CycleProgress, None]:
        """How the month stands now, and anew after each change, until it is closed and no document is queued. Of
        changes in quick succession the last one counts. For coordinators."""
        return _progress(info, month, await listen(info.context, info.context.progress, month))


async def _progress(info: Info, month: Month, listener: Listener[Progress]) -> AsyncGenerator[CycleProgress, None]:
    context = info.context
    seen = await progress_of(context.work.database, month)
    yield CycleProgress.of(seen, context.work.clock.now())
    if seen.phase is CyclePhase.DONE:
        return
    async for progress in heard(listener, context.viewer):
        if progress == seen:
            continue
        seen = progress
        context.loaders.forget()  # what was read for an earlier event has had time to change
        yield CycleProgress.of(progress, context.work.clock.now())
        if progress.phase is CyclePhase.DONE:
            return
