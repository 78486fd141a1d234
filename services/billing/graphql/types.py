"""What clients see of sessions' billing, payouts and pay."""

from datetime import date, datetime
from functools import partial
from typing import Self
from uuid import UUID

import strawberry
from strawberry.federation.schema_directives import External, Key, Requires
from strawberry.federation.types import FieldSet

from services.billing.domain.charges import late_from
from services.billing.domain.explanations import (
    BillingState,
    SessionStatus,
    explain_lateness,
    explain_pay,
    explain_unknown,
)
from services.billing.domain.payouts import PayoutAmounts, PayoutLineKind, PayoutStatus
from services.billing.graphql.cycle import BillingCycle, Info, not_yet, shown_id
from services.billing.graphql.explanation import ChargeExplanation
from services.billing.sql.explanations import Trace
from shared.auth.viewer import Role
from shared.database.row import Row
from shared.errors import InvalidInput
from shared.graphql.columns import column
from shared.graphql.entities import Entity, id_of
from shared.graphql.loading import loaded
from shared.graphql.money import ShownMoney, show
from shared.graphql.pages import Connection, Page, page_of
from shared.ids import parse_id
from shared.money import Money
from shared.period import Month

for enumeration in (PayoutStatus, PayoutLineKind, SessionStatus):
    strawberry.enum(enumeration)


by_status = partial(strawberry.field, directives=[Requires(fields=FieldSet("status"))])


@strawberry.federation.type(keys=["id"])
class Session:
    id: strawberry.ID
    status: SessionStatus = strawberry.field(directives=[External()], default=SessionStatus.APPROVED)

    @classmethod
    def resolve_reference(
        cls,
        id: strawberry.ID,  # noqa: A002
        status: str = SessionStatus.APPROVED,
        **_: object,
    ) -> Self:
        parse_id(id)
        if status not in SessionStatus.__members__:
            raise InvalidInput(f"no such status of a session: {status[:32]!r}")
        return cls(id=id, status=SessionStatus(status))

    @by_status
    async def explain(self, info: Info) -> "SessionExplanation":
        """Why it is, or is not, on an invoice and in a payout. Parents are told of the charge, tutors of the pay."""
        trace = await info.context.trace_of(parse_id(self.id))
        return SessionExplanation.of(trace, info) if trace else SessionExplanation.unknown(self.status, info)


@strawberry.federation.type(keys=[Key(fields=FieldSet("id"), resolvable=False)])
class Parent:
    id: strawberry.ID


@strawberry.type(description="What one session earned, one adjustment takes back, or one deduction holds back.")
class PayoutLine:
    kind: PayoutLineKind
    session: Session | None
    date: date
    label: str | None = strawberry.field(description="Of a deduction: what it is for.")
    late_from: Month | None = strawberry.field(description="The session's own month when that had been closed before.")
    money: strawberry.Private[Money]

    @strawberry.field
    def amount(self, info: Info) -> ShownMoney:
        return show(self.money, info)

    @classmethod
    def of(cls, row: Row, payout: Row) -> Self:
        is_session = row["kind"] in (PayoutLineKind.SESSION, PayoutLineKind.ADDON_SESSION)
        late = late_from(row["day"], Month.parse(payout["month"])) if is_session else None
        return cls(
            kind=PayoutLineKind(row["kind"]),
            session=Session(id=shown_id(row["session_id"])) if row["session_id"] else None,
            date=row["day"],
            label=row["label"],
            late_from=Month.parse(late) if late else None,
            money=Money(row["amount_minor"], payout["currency"]),
        )


@strawberry.type(description="Why a session is, or is not, in a payout.")
class PayExplanation:
    state: BillingState
    words: str
    earned: strawberry.Private[Row | None] = None
    returned: strawberry.Private[Row | None] = None

    @classmethod
    def of(cls, trace: Trace) -> Self:
        told = explain_pay(trace.explained, trace.paid)
        return cls(state=told.state, words=told.words, earned=trace.pay, returned=trace.pay_taken_back)

    @strawberry.field
    def line(self) -> PayoutLine | None:
        """What it earned."""
        return _payout_line(self.earned)

    @loaded("payout", by=lambda pay: pay.earned and pay.earned["payout_id"])
    def payout(self, _: Info, row: Row | None) -> "Payout | None":
        """That has it."""
        return Payout.of(row) if row else None

    @strawberry.field
    def taken_back(self) -> PayoutLine | None:
        """What it had earned, after its reversal."""
        return _payout_line(self.returned)

    @loaded("payout", by=lambda pay: pay.returned and pay.returned["payout_id"])
    def taken_back_in(self, _: Info, row: Row | None) -> "Payout | None":
        return Payout.of(row) if row else None


def _payout_line(row: Row | None) -> PayoutLine | None:
    return PayoutLine.of(row, row) if row else None


@strawberry.type(description="Why a session is, or is not, on an invoice and in a payout.")
class SessionExplanation:
    words: str = strawberry.field(description="All that the viewer may know, in sentences.")
    month: Month | None = strawberry.field(description="The month whose cycle bills it.")
    late_from: Month | None = strawberry.field(description="Its own month, where that could take no more.")
    charge: ChargeExplanation | None = strawberry.field(description="The parent's side; null for tutors.")
    pay: PayExplanation | None = strawberry.field(description="The tutor's side; null for parents.")
    trace: strawberry.Private[Trace | None] = None

    @classmethod
    def of(cls, trace: Trace, info: Info) -> Self:
        entry = trace.explained
        charge = ChargeExplanation.of(trace) if info.context.sees_charge(trace.entry) else None
        pay = PayExplanation.of(trace) if info.context.sees_tutor(trace.entry["tutor_id"]) else None
        sentences = [explain_lateness(entry), *(side.words for side in (charge, pay) if side)]
        return cls(
            words=" ".join(filter(None, sentences)),
            month=entry.month,
            late_from=entry.late_from,
            charge=charge,
            pay=pay,
            trace=trace,
        )

    @classmethod
    def unknown(cls, status: SessionStatus, info: Info) -> Self:
        told = explain_unknown(status)
        role = info.context.viewer.role
        charge = None if role is Role.TUTOR else ChargeExplanation.told(told)
        pay = None if role is Role.PARENT else PayExplanation(state=told.state, words=told.words)
        return cls(words=told.words, month=None, late_from=None, charge=charge, pay=pay)

    @loaded("cycle", by=lambda explanation: explanation.trace and explanation.trace.entry["cycle_id"])
    def cycle(self, _: Info, row: Row | None) -> BillingCycle | None:
        """That bills it, or will."""
        return BillingCycle.of(row) if row else None


@strawberry.federation.type(keys=["id"], description="What a closed cycle says about one tutor.")
class Payout(Entity, loader="payout"):
    id: strawberry.ID = column(str)
    sessions_completed: int = column(description="Approved sessions of the cycle, add-ons included once.")
    addon_sessions: int = column(description="How many of the sessions were add-ons.")
    status: PayoutStatus = column(PayoutStatus)
    reference: str | None = column(description="What finds the payment at the bank again.")
    processed_at: datetime | None = column()
    processed_by: str | None = column()
    """The coordinator who did. For coordinators only, as is who marked it paid."""
    paid_at: datetime | None = column()
    paid_by: str | None = column()

    @loaded("cycle", by="cycle_id")
    def cycle(self, _: Info, row: Row | None) -> BillingCycle:
        if row is None:
            raise RuntimeError(f"payout {self.id} has no cycle")
        return BillingCycle.of(row)

    @strawberry.field
    def tutor(self) -> "Tutor":
        return Tutor(id=shown_id(self.row["tutor_id"]))

    @strawberry.field
    def rate_per_session(self, info: Info) -> ShownMoney:
        """The rate valid on the month's last day."""
        return self._money(info, "rate_minor")

    @strawberry.field
    def gross_amount(self, info: Info) -> ShownMoney:
        return self._money(info, "gross_minor")

    @strawberry.field
    def net_amount(self, info: Info) -> ShownMoney:
        return self._money(info, "net_minor")

    @loaded("lines")
    def deductions(self, _: Info, rows: list[Row]) -> list[PayoutLine]:
        return [PayoutLine.of(row, self.row) for row in rows if row["kind"] == PayoutLineKind.DEDUCTION]

    @loaded("lines")
    def lines(self, _: Info, rows: list[Row]) -> list[PayoutLine]:
        """What each session earned, and what is taken back for earlier ones reversed since."""
        return [PayoutLine.of(row, self.row) for row in rows if row["kind"] != PayoutLineKind.DEDUCTION]

    def _money(self, info: Info, column_name: str) -> ShownMoney:
        return show(Money(self.row[column_name], self.row["currency"]), info)


@strawberry.type(description="A tutor's month: what is approved so far, or the payout once the month is closed.")
class PaySummary:
    month: Month
    sessions_completed: int
    addon_sessions: int
    status: PayoutStatus | None = strawberry.field(description="Null until the month is closed.")
    amounts: strawberry.Private[PayoutAmounts]

    @strawberry.field
    def rate_per_session(self, info: Info) -> ShownMoney:
        return self._money(info, self.amounts.rate_minor)

    @strawberry.field
    def gross_amount(self, info: Info) -> ShownMoney:
        return self._money(info, self.amounts.gross_minor)

    @strawberry.field
    def net_amount(self, info: Info) -> ShownMoney:
        return self._money(info, self.amounts.net_minor)

    def _money(self, info: Info, minor: int) -> ShownMoney:
        return show(Money(minor, self.amounts.currency), info)


@strawberry.federation.type(keys=["id"])
class Tutor:
    id: strawberry.ID

    @classmethod
    def resolve_reference(cls, info: Info, id: strawberry.ID, **_: object) -> Self | None:  # noqa: A002
        return cls(id=id) if info.context.sees_tutor(parse_id(id)) else None

    @loaded("rate", by=id_of)
    def rate_per_session(self, info: Info, row: Row | None) -> ShownMoney:
        """The rate valid today."""
        if row is None:
            return not_yet(info, "NO_RATE", "No rate yet")
        return show(Money(row["rate_minor"], row["currency"]), info)

    @strawberry.field
    async def current_pay(self, info: Info, month: Month | None = None) -> PaySummary:
        """The present month unless another is asked for."""
        asked = month or Month.of(info.context.work.today)
        amounts, status = await info.context.loaders.pay.load((UUID(self.id), asked))
        return PaySummary(
            month=asked,
            sessions_completed=amounts.sessions_completed,
            addon_sessions=amounts.addon_sessions,
            status=status,
            amounts=amounts,
        )

    @strawberry.field
    async def payouts(self, info: Info, first: int | None = None, after: str | None = None) -> Connection[Payout]:
        """The newest first."""
        page = Page.asked(first, after, tuple[str])
        rows = await info.context.loaders.payouts_of_tutor.load(UUID(self.id))
        return page_of(page, rows, key=lambda row: [row["month"]], node=Payout.of)
