"""What clients see of a cycle."""

from datetime import datetime
from uuid import UUID

import strawberry

from services.billing.domain.cycles import CycleStatus
from services.billing.graphql.context import BillingContext
from shared.graphql.columns import column
from shared.graphql.context import Info as SharedInfo
from shared.graphql.entities import Entity
from shared.graphql.money import ShownMoney, no_money, show
from shared.money import Money
from shared.period import Month

Info = SharedInfo[BillingContext]

strawberry.enum(CycleStatus)


def shown_id(stored: UUID) -> strawberry.ID:
    return strawberry.ID(str(stored))


def not_yet(info: Info, reason: str, display: str) -> ShownMoney:
    """Stands for an amount that does not exist yet."""
    return no_money(info.context, reason, display)


@strawberry.federation.type(keys=["id"], description="One calendar month of billing.")
class BillingCycle(Entity, loader="own_cycle"):
    id: strawberry.ID = column(str)
    month: Month = column(Month.parse)
    status: CycleStatus = column(CycleStatus)
    opened_at: datetime = column()
    closed_at: datetime | None = column()
    closed_by: str | None = column()
    """The coordinator who ran it. For coordinators only, as are counts and totals."""
    sessions_counted: int | None = column()
    """Approved sessions billed in this cycle."""
    statements_count: int | None = column()
    payouts_count: int | None = column()
    sha256: str | None = column()
    """SHA-256 over the cycle's canonical lines, once it is closed."""

    @strawberry.field
    def invoiced_total(self, info: Info) -> ShownMoney:
        """The sum of all statements' totals, once the cycle is closed."""
        return self._total(info, "invoiced_minor")

    @strawberry.field
    def payout_total(self, info: Info) -> ShownMoney:
        """The sum of all payouts' net amounts, once the cycle is closed."""
        return self._total(info, "payout_minor")

    def _total(self, info: Info, column_name: str) -> ShownMoney:
        minor: int | None = self.row[column_name]
        if minor is None:
            return not_yet(info, "NOT_CLOSED", "Not closed yet")
        return show(Money(minor, self.row["currency"]), info)
