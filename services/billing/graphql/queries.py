"""What can be asked of billing."""

from functools import partial

import strawberry

from services.billing import reads
from services.billing.graphql.agreements import AgreementQuery
from services.billing.graphql.cycle import BillingCycle, Info, not_yet, shown_id
from services.billing.graphql.filters import KEYS, PayoutFilter
from services.billing.graphql.reconciliation import BillingReconciliation
from services.billing.graphql.types import Payout, Tutor
from services.billing.reads import PayoutOrder
from services.billing.use_cases.preview_cycle import CyclePreview as Preview
from services.billing.use_cases.preview_cycle import preview_cycle
from services.billing.use_cases.reconcile_cycle import reconcile_cycle
from shared.graphql.audit import AuditEntry, AuditFilter, audited
from shared.graphql.money import ShownMoney, show
from shared.graphql.pages import Connection, Page, connection
from shared.money import Money
from shared.period import Month


@strawberry.type(description="A tutor without a rate, who keeps the month from closing.")
class CycleBlocker:
    tutor: Tutor
    tutor_name: str
    sessions: int


@strawberry.type(description="What a run of the month would store; nothing is written.")
class CyclePreview:
    month: Month
    sessions_counted: int
    statements_count: int
    payouts_count: int
    sha256: str = strawberry.field(description="The hash that a run of the same data will store.")
    blockers: list[CycleBlocker]
    preview: strawberry.Private[Preview]

    @classmethod
    def of(cls, preview: Preview) -> "CyclePreview":
        totals = preview.totals
        blockers = [
            CycleBlocker(tutor=Tutor(id=shown_id(b.tutor_id)), tutor_name=b.tutor_name, sessions=b.sessions)
            for b in preview.blockers
        ]
        return cls(
            month=preview.month,
            sessions_counted=totals.sessions,
            statements_count=totals.statements,
            payouts_count=totals.payouts,
            sha256=totals.sha256,
            blockers=blockers,
            preview=preview,
        )

    @strawberry.field
    def invoiced_total(self, info: Info) -> ShownMoney:
        return show(Money(self.preview.totals.invoiced_minor, info.context.currency), info)

    @strawberry.field
    def payout_total(self, info: Info) -> ShownMoney:
        """Not available while blockers keep pay from being computed."""
        if self.preview.blockers:
            return not_yet(info, "NO_RATE", "No rate yet")
        return show(Money(self.preview.totals.payout_minor, info.context.currency), info)


@strawberry.type
class Query(AgreementQuery):
    @strawberry.field
    async def billing_cycle(self, info: Info, month: Month) -> BillingCycle | None:
        row = await reads.cycle_of_month(info.context.work.database, month)
        return BillingCycle.of(row) if row else None

    @strawberry.field
    async def billing_cycles(
        self, info: Info, first: int | None = None, after: str | None = None
    ) -> Connection[BillingCycle]:
        """The newest month first; for coordinators."""
        page = Page.asked(first, after, tuple[str])
        database = info.context.work.database
        rows = await reads.cycles_page(database, page.after[0] if page.after else None, page.limit)
        count = partial(reads.count_cycles, database)
        return connection(page, rows, key=lambda row: [row["month"]], node=BillingCycle.of, count=count)

    @strawberry.field
    async def billing_audit(
        self,
        info: Info,
        filter: AuditFilter | None = None,  # noqa: A002
        first: int | None = None,
        after: str | None = None,
    ) -> Connection[AuditEntry]:
        """What coordinators did to cycles, rates, discounts, deductions and payouts, the latest first."""
        return await audited(info.context.work.database, filter, first, after)

    @strawberry.field
    async def preview_cycle(self, info: Info, month: Month) -> CyclePreview:
        return CyclePreview.of(await preview_cycle(info.context.work, month))

    @strawberry.field
    async def billing_reconciliation(self, info: Info, month: Month) -> BillingReconciliation:
        """A month's charges beside its invoices, item by item; for coordinators."""
        return BillingReconciliation.of(await reconcile_cycle(info.context.work, month))

    @strawberry.field
    async def payout(self, info: Info, id: strawberry.ID) -> Payout | None:  # noqa: A002
        return await Payout.resolve_reference(info, id)

    @strawberry.field
    async def payouts(
        self,
        info: Info,
        filter: PayoutFilter | None = None,  # noqa: A002
        order: PayoutOrder = PayoutOrder.NEWEST_FIRST,
        first: int | None = None,
        after: str | None = None,
    ) -> Connection[Payout]:
        """The newest month first. Tutors see their own, parents none."""
        choice = (filter or PayoutFilter()).choice(info.context, order)
        page = Page.asked(first, after, KEYS[order])
        database = info.context.work.database
        return connection(
            page,
            await reads.payouts_page(database, choice, page.after, page.limit),
            key=lambda row: [row[column] for column in order.value],
            node=Payout.of,
            count=partial(reads.count_payouts, database, choice),
        )
