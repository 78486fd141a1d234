"""What clients see of a cycle."""

from datetime import datetime
from typing import Self
from uuid import UUID

import strawberry

from services.billing.domain.cycles import CycleStatus
from services.billing.graphql.context import BillingContext
from shared.database.database import Row
from shared.graphql.context import Info as SharedInfo
from shared.graphql.money import ShownMoney, no_money, show
from shared.ids import parse_id
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
class BillingCycle:
    id: strawberry.ID
    month: Month
    status: CycleStatus
    opened_at: datetime
    closed_at: datetime | None
    row: strawberry.Private[Row]

    @classmethod
    def of(cls, row: Row) -> Self:
        return cls(
            id=shown_id(row["id"]),
            month=Month.parse(row["month"]),
            status=CycleStatus(row["status"]),
            opened_at=row["opened_at"],
            closed_at=row["closed_at"],
            row=row,
        )

    @classmethod
    async def resolve_reference(cls, info: Info, id: strawberry.ID, **_: object) -> Self | None:  # noqa: A002
        row = await info.context.load.own_cycle.load(parse_id(id))
        return cls.of(row) if row else None

    @strawberry.field
    def closed_by(self) -> str | None:
        """The coordinator who ran it. For coordinators only, as are counts and totals."""
        closed_by: str | None = self.row["closed_by"]
        return closed_by

    @strawberry.field
    def sessions_counted(self) -> int | None:
        """Approved sessions billed in this cycle."""
        return self._count("sessions_counted")

    @strawberry.field
    def statements_count(self) -> int | None:
        return self._count("statements_count")

    @strawberry.field
    def payouts_count(self) -> int | None:
        return self._count("payouts_count")

    @strawberry.field
    def invoiced_total(self, info: Info) -> ShownMoney:
        """The sum of all statements' totals, once the cycle is closed."""
        return self._total(info, "invoiced_minor")

    @strawberry.field
    def payout_total(self, info: Info) -> ShownMoney:
        """The sum of all payouts' net amounts, once the cycle is closed."""
        return self._total(info, "payout_minor")

    @strawberry.field
    def sha256(self) -> str | None:
        """SHA-256 over the cycle's canonical lines, once it is closed."""
        sha256: str | None = self.row["sha256"]
        return sha256

    def _count(self, column: str) -> int | None:
        count: int | None = self.row[column]
        return count

    def _total(self, info: Info, column: str) -> ShownMoney:
        minor: int | None = self.row[column]
        if minor is None:
            return not_yet(info, "NOT_CLOSED", "Not closed yet")
        return show(Money(minor, self.row["currency"]), info)
