"""What clients see of cycles, payouts and pay."""

from datetime import date, datetime
from typing import Self
from uuid import UUID

import strawberry
from strawberry.federation.schema_directives import Key
from strawberry.federation.types import FieldSet

from services.billing.domain.charges import late_from
from services.billing.domain.cycles import CycleStatus
from services.billing.domain.payouts import PayoutAmounts, PayoutLineKind, PayoutStatus
from services.billing.graphql.context import BillingContext
from shared.database.database import Row
from shared.graphql.context import Info as SharedInfo
from shared.graphql.money import ShownMoney, money_field, show
from shared.graphql.pages import Connection, Page, page_of
from shared.ids import parse_id
from shared.money import Money
from shared.period import Month

Info = SharedInfo[BillingContext]

for enumeration in (CycleStatus, PayoutStatus, PayoutLineKind):
    strawberry.enum(enumeration)


def shown_id(stored: UUID) -> strawberry.ID:
    return strawberry.ID(str(stored))


def not_yet(info: Info, reason: str, display: str) -> ShownMoney:
    """Stands for an amount that does not exist yet."""
    currency = info.context.currency
    return ShownMoney(available=False, amount=None, currency=currency, display=display, reason=reason)


@strawberry.federation.type(keys=[Key(fields=FieldSet("id"), resolvable=False)])
class Session:
    id: strawberry.ID


@strawberry.federation.type(keys=[Key(fields=FieldSet("id"), resolvable=False)])
class Parent:
    id: strawberry.ID


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
        row = await info.context.load.cycle.load(parse_id(id))
        return cls.of(row) if row else None

    @strawberry.field
    def closed_by(self, info: Info) -> str | None:
        """The coordinator who ran it. For coordinators only, as are counts and totals."""
        closed_by: str | None = self._overview(info)["closed_by"]
        return closed_by

    @strawberry.field
    def sessions_counted(self, info: Info) -> int | None:
        """Approved sessions billed in this cycle."""
        return self._count(info, "sessions_counted")

    @strawberry.field
    def statements_count(self, info: Info) -> int | None:
        return self._count(info, "statements_count")

    @strawberry.field
    def payouts_count(self, info: Info) -> int | None:
        return self._count(info, "payouts_count")

    @money_field
    def invoiced_total(self, info: Info) -> ShownMoney:
        """The sum of all statements' totals, once the cycle is closed."""
        return self._total(info, "invoiced_minor")

    @money_field
    def payout_total(self, info: Info) -> ShownMoney:
        """The sum of all payouts' net amounts, once the cycle is closed."""
        return self._total(info, "payout_minor")

    @strawberry.field
    def sha256(self, info: Info) -> str | None:
        """SHA-256 over the cycle's canonical lines, once it is closed."""
        sha256: str | None = self._overview(info)["sha256"]
        return sha256

    def _overview(self, info: Info) -> Row:
        info.context.require_overview()
        return self.row

    def _count(self, info: Info, column: str) -> int | None:
        count: int | None = self._overview(info)[column]
        return count

    def _total(self, info: Info, column: str) -> ShownMoney:
        minor: int | None = self._overview(info)[column]
        if minor is None:
            return not_yet(info, "NOT_CLOSED", "Not closed yet")
        return show(Money(minor, self.row["currency"]), info)


@strawberry.type(description="What one session earned, one adjustment takes back, or one deduction holds back.")
class PayoutLine:
    kind: PayoutLineKind
    session: Session | None
    date: date
    label: str | None = strawberry.field(description="Of a deduction: what it is for.")
    late_from: Month | None = strawberry.field(description="The session's own month when that had been closed before.")
    money: strawberry.Private[Money]

    @money_field
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


@strawberry.federation.type(keys=["id"], description="What a closed cycle says about one tutor.")
class Payout:
    id: strawberry.ID
    sessions_completed: int = strawberry.field(description="Approved sessions of the cycle, add-ons included once.")
    addon_sessions: int = strawberry.field(description="How many of the sessions were add-ons.")
    status: PayoutStatus
    reference: str | None = strawberry.field(description="What finds the payment at the bank again.")
    processed_at: datetime | None
    paid_at: datetime | None
    row: strawberry.Private[Row]

    @classmethod
    def of(cls, row: Row) -> Self:
        return cls(
            id=shown_id(row["id"]),
            sessions_completed=row["sessions_completed"],
            addon_sessions=row["addon_sessions"],
            status=PayoutStatus(row["status"]),
            reference=row["reference"],
            processed_at=row["processed_at"],
            paid_at=row["paid_at"],
            row=row,
        )

    @classmethod
    async def seen(cls, info: Info, payout_id: UUID) -> Self | None:
        """The payout, unless it is none of the viewer's."""
        row = await info.context.load.payout.load(payout_id)
        return cls.of(row) if row and info.context.sees_tutor(row["tutor_id"]) else None

    @classmethod
    async def resolve_reference(cls, info: Info, id: strawberry.ID, **_: object) -> Self | None:  # noqa: A002
        return await cls.seen(info, parse_id(id))

    @strawberry.field
    def processed_by(self, info: Info) -> str | None:
        """The coordinator who did. For coordinators only, as is who marked it paid."""
        return self._done_by(info, "processed_by")

    @strawberry.field
    def paid_by(self, info: Info) -> str | None:
        return self._done_by(info, "paid_by")

    @strawberry.field
    async def cycle(self, info: Info) -> BillingCycle:
        row = await info.context.load.cycle.load(self.row["cycle_id"])
        if row is None:
            raise RuntimeError(f"payout {self.id} has no cycle")
        return BillingCycle.of(row)

    @strawberry.field
    def tutor(self) -> "Tutor":
        return Tutor(id=shown_id(self.row["tutor_id"]))

    @money_field
    def rate_per_session(self, info: Info) -> ShownMoney:
        """The rate valid on the month's last day."""
        return self._money(info, "rate_minor")

    @money_field
    def gross_amount(self, info: Info) -> ShownMoney:
        return self._money(info, "gross_minor")

    @money_field
    def net_amount(self, info: Info) -> ShownMoney:
        return self._money(info, "net_minor")

    @strawberry.field
    async def deductions(self, info: Info) -> list[PayoutLine]:
        return [line for line in await self._lines(info) if line.kind is PayoutLineKind.DEDUCTION]

    @strawberry.field
    async def lines(self, info: Info) -> list[PayoutLine]:
        """What each session earned, and what is taken back for earlier ones reversed since."""
        return [line for line in await self._lines(info) if line.kind is not PayoutLineKind.DEDUCTION]

    async def _lines(self, info: Info) -> list[PayoutLine]:
        rows = await info.context.load.lines.load(self.row["id"]) or []
        return [PayoutLine.of(row, self.row) for row in rows]

    def _done_by(self, info: Info, column: str) -> str | None:
        info.context.require_overview()
        done_by: str | None = self.row[column]
        return done_by

    def _money(self, info: Info, column: str) -> ShownMoney:
        return show(Money(self.row[column], self.row["currency"]), info)


@strawberry.type(description="A tutor's month: what is approved so far, or the payout once the month is closed.")
class PaySummary:
    month: Month
    sessions_completed: int
    addon_sessions: int
    status: PayoutStatus | None = strawberry.field(description="Null until the month is closed.")
    amounts: strawberry.Private[PayoutAmounts]

    @money_field
    def rate_per_session(self, info: Info) -> ShownMoney:
        return self._money(info, self.amounts.rate_minor)

    @money_field
    def gross_amount(self, info: Info) -> ShownMoney:
        return self._money(info, self.amounts.gross_minor)

    @money_field
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

    @money_field
    async def rate_per_session(self, info: Info) -> ShownMoney:
        """The rate valid today."""
        row = await info.context.load.rate.load(UUID(self.id))
        if row is None:
            return not_yet(info, "NO_RATE", "No rate yet")
        return show(Money(row["rate_minor"], row["currency"]), info)

    @strawberry.field
    async def current_pay(self, info: Info, month: Month | None = None) -> PaySummary:
        """The present month unless another is asked for."""
        asked = month or Month.of(info.context.work.today)
        amounts, status = await info.context.load.pay.load((UUID(self.id), asked))
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
        rows = await info.context.load.payouts_of_tutor.load(UUID(self.id)) or []
        return page_of(page, rows, key=lambda row: [row["month"]], node=Payout.of)
