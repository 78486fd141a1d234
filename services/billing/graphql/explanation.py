"""What clients see of a session's charge: the line of a closed statement, and why it is or is not there."""

from datetime import date
from enum import StrEnum
from typing import Self

import strawberry

from services.billing.domain.explanations import BillingState, Told, explain_charge
from services.billing.graphql.cycle import Info, shown_id
from services.billing.sql.explanations import Trace, cost_of
from shared.database.row import Row
from shared.graphql.money import ShownMoney, show
from shared.money import Money
from shared.period import Month

strawberry.enum(
    BillingState,
    description="Where one side of a session's billing stands. AWAITED: approved, but billing has not heard of it yet."
    " COVERED: by a package, never charged by itself. NO_RATE: its tutor has none for its day, which keeps the month"
    " from closing. CANCELLED: reversed before its month closed. VOIDED: charged, and the invoice was voided since.",
)


@strawberry.enum
class ChargeKind(StrEnum):
    PACKAGE_PURCHASE = "PACKAGE_PURCHASE"
    ADDON_SESSION = "ADDON_SESSION"
    OVERAGE_SESSION = "OVERAGE_SESSION"
    ADJUSTMENT = "ADJUSTMENT"


@strawberry.type(description="A charge of a closed statement, with its shares of the statement's discount and tax.")
class StatementLine:
    month: Month
    statement_id: strawberry.ID
    position: int
    kind: ChargeKind
    description: str
    date: date
    row: strawberry.Private[Row]

    @classmethod
    def of(cls, row: Row | None) -> Self | None:
        if row is None:
            return None
        return cls(
            month=Month.parse(row["month"]),
            statement_id=shown_id(row["statement_id"]),
            position=row["position"],
            kind=ChargeKind(row["kind"]),
            description=row["description"],
            date=row["day"],
            row=row,
        )

    @strawberry.field
    def amount(self, info: Info) -> ShownMoney:
        return self._money(info, self.row["amount_minor"])

    @strawberry.field
    def discount(self, info: Info) -> ShownMoney:
        return self._money(info, self.row["discount_minor"])

    @strawberry.field
    def tax(self, info: Info) -> ShownMoney:
        return self._money(info, self.row["tax_minor"])

    @strawberry.field
    def cost(self, info: Info) -> ShownMoney:
        """What the line really cost: amount - discount + tax."""
        return self._money(info, cost_of(self.row))

    def _money(self, info: Info, minor: int) -> ShownMoney:
        return show(Money(minor, self.row["currency"]), info)


@strawberry.type(description="Why a session is, or is not, on an invoice.")
class ChargeExplanation:
    state: BillingState
    words: str
    line: StatementLine | None = strawberry.field(description="That charged it.", default=None)
    taken_back: StatementLine | None = strawberry.field(
        description="That gave back what it had cost, after its reversal.", default=None
    )
    recharged_in: Month | None = strawberry.field(
        description="The month whose invoice has its charges since the first one was voided.", default=None
    )

    @classmethod
    def of(cls, trace: Trace) -> Self:
        told = explain_charge(trace.explained, trace.charged)
        return cls(
            state=told.state,
            words=told.words,
            line=StatementLine.of(trace.charge),
            taken_back=StatementLine.of(trace.charge_taken_back),
            recharged_in=trace.charged.recharged_in if trace.charged else None,
        )

    @classmethod
    def told(cls, told: Told) -> Self:
        return cls(state=told.state, words=told.words)
