"""A gateway's place: the part of the public schema that the bot reads, over a few fixed families and tutors.

The tokens, the gate, the freeze and the limits are the real ones; only the rows behind them are made up.
"""

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from enum import StrEnum

import strawberry

from shared.auth.viewer import Role, Viewer
from shared.errors import Forbidden, NotFound
from shared.graphql.context import Context, Info, is_frozen
from shared.graphql.money import ShownMoney, show
from shared.graphql.schema import subgraph
from shared.graphql.server import GraphQLServer
from shared.money import Money
from shared.period import Month
from shared.runtime.component import Component, Service, Surroundings, at_work
from shared.runtime.settings import Settings
from tests.open_rules import open_rules


@dataclass
class Books:
    """What the gateway answers from; tests write in it. `seen` are the viewers it was asked by."""

    tutor_id: str
    parent_id: str
    sessions: int = 5
    payouts: list[str] = field(default_factory=lambda: ["2026-09"])
    low: list[tuple[str, int, int]] = field(default_factory=list)
    own_remaining: int = 9
    broken: bool = False
    seen: list[Viewer] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class BooksContext(Context):
    books: Books


@strawberry.enum
class LowPackageAlertStatus(StrEnum):
    OPEN = "OPEN"
    RESOLVED = "RESOLVED"


@strawberry.input
class LowPackageAlertFilter:
    status: LowPackageAlertStatus | None = None


@strawberry.interface
class Pay:
    sessions_completed: int
    addon_sessions: int
    status: str | None

    @strawberry.field
    def rate_per_session(self, info: Info[BooksContext]) -> ShownMoney:
        return show(Money(30000, "INR"), info)

    @strawberry.field
    def gross_amount(self, info: Info[BooksContext]) -> ShownMoney:
        return show(Money(30000 * self.sessions_completed, "INR"), info)

    @strawberry.field
    def net_amount(self, info: Info[BooksContext]) -> ShownMoney:
        return show(Money(30000 * self.sessions_completed - 10000, "INR"), info)


@strawberry.type
class PaySummary(Pay):
    month: Month


@strawberry.type
class BillingCycle:
    month: Month


@strawberry.type
class Payout(Pay):
    cycle: BillingCycle


@strawberry.type
class PayoutConnection:
    nodes: list[Payout]


@strawberry.type
class Tutor:
    @strawberry.field
    def current_pay(self, info: Info[BooksContext], month: Month | None = None) -> PaySummary:
        sessions = info.context.books.sessions
        return PaySummary(month=month or Month(2026, 10), sessions_completed=sessions, addon_sessions=1, status=None)

    @strawberry.field
    def payouts(self, info: Info[BooksContext], first: int) -> PayoutConnection:
        months = [Month.parse(month) for month in info.context.books.payouts[:first]]
        nodes = [
            Payout(cycle=BillingCycle(month=month), sessions_completed=8, addon_sessions=0, status="PAID")
            for month in months
        ]
        return PayoutConnection(nodes=nodes)


@strawberry.type
class LowPackageAlert:
    id: strawberry.ID
    remaining: int
    total_sessions: int
    parent: "Parent | None"


@strawberry.type
class LowPackageAlertConnection:
    nodes: list[LowPackageAlert]
    total_count: int


@strawberry.type
class Parent:
    name: str
    remaining: int
    total_sessions: int
    low_package_alert: LowPackageAlert | None


@strawberry.type
class Query:
    @strawberry.field
    def tutor(self, info: Info[BooksContext], id: strawberry.ID) -> Tutor | None:  # noqa: A002
        _only(info, Role.TUTOR, id, info.context.books.tutor_id)
        return Tutor()

    @strawberry.field
    def parent(self, info: Info[BooksContext], id: strawberry.ID) -> Parent | None:  # noqa: A002
        _only(info, Role.PARENT, id, info.context.books.parent_id)
        remaining = info.context.books.own_remaining
        parent = Parent(name="Asha Rao", remaining=remaining, total_sessions=10, low_package_alert=None)
        if remaining < 2:
            parent.low_package_alert = _alert("Asha Rao", remaining, 10)
        return parent

    @strawberry.field
    def low_package_alerts(
        self,
        info: Info[BooksContext],
        filter: LowPackageAlertFilter,  # noqa: A002
        first: int,
    ) -> LowPackageAlertConnection:
        if info.context.viewer.role is not Role.COORDINATOR:
            raise Forbidden("this is not for your role")
        low = info.context.books.low if filter.status is LowPackageAlertStatus.OPEN else []
        return LowPackageAlertConnection(nodes=[_alert(*each) for each in low[:first]], total_count=len(low))


def _alert(name: str, remaining: int, total_sessions: int) -> LowPackageAlert:
    parent = Parent(name=name, remaining=remaining, total_sessions=total_sessions, low_package_alert=None)
    return LowPackageAlert(id=strawberry.ID(name), remaining=remaining, total_sessions=total_sessions, parent=parent)


def _only(info: Info[BooksContext], role: Role, asked: str, own: str) -> None:
    viewer = info.context.viewer
    if info.context.books.broken:
        raise RuntimeError("the books are closed")
    if (viewer.role, viewer.subject, asked) != (role, own, own):
        raise NotFound("there is no such person")


def gateway_over(books: Books) -> Component:
    """A component that takes the gateway's place."""

    def open_gateway(surroundings: Surroundings) -> AbstractAsyncContextManager[Service]:
        def context(viewer: Viewer) -> BooksContext:
            books.seen.append(viewer)
            frozen = is_frozen(viewer, surroundings.settings.freeze)
            return BooksContext(viewer=viewer, frozen=frozen, currency="INR", locale="en_IN", books=books)

        return at_work(Service(app=GraphQLServer(subgraph(open_rules(Query), Query), context)))

    return Component(name="gateway", settings=Settings, open=open_gateway, has_tables=False)
