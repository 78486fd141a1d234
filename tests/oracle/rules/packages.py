"""The rules of packages, sessions and low-package alerts, read slowly.

Nothing is kept that can be asked for: what a lot has used, lost and left is what its ledger adds up to, every time.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from tests.oracle.rules.arithmetic import half_up, wall

GRACE = timedelta(days=7)
MORE_DAYS = timedelta(days=14)


class RuleBroken(Exception):
    """What is asked for is refused, with this code."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(kw_only=True)
class Lot:
    """`last_day` is the last valid one; `last_use` numbers the organisation's deductions, 0 while there is none."""

    id: str
    parent: str
    child: str | None
    price: int
    reduction: int
    goodwill: bool
    bought_at: datetime
    bought_on: date
    last_day: date | None
    ledger: list[tuple[str, int]]
    last_use: int = 0
    charged_in: str | None = None

    @property
    def total(self) -> int:
        return self._sum("PURCHASED")

    @property
    def used(self) -> int:
        return -self._sum("USED", "RETURNED")

    @property
    def expired(self) -> int:
        return -self._sum("EXPIRED", "REINSTATED")

    @property
    def remaining(self) -> int:
        return sum(sessions for _, sessions in self.ledger)

    def _sum(self, *kinds: str) -> int:
        return sum(sessions for kind, sessions in self.ledger if kind in kinds)

    def is_past(self, today: date) -> bool:
        return self.last_day is not None and today > self.last_day

    def status(self, today: date) -> str:
        """What had not been used and has expired leaves nothing that could be active."""
        if self.used == self.total:
            return "EXHAUSTED"
        return "EXPIRED" if self.is_past(today) or self.remaining == 0 else "ACTIVE"


@dataclass(kw_only=True)
class Session:
    """`billed_in`, `cost` and `earned` are what a closed month said of it; `settled_in` answered for its reversal."""

    id: str
    parent: str
    child: str
    tutor: str
    starts_at: datetime
    day: date
    as_addon: bool
    addon_price: int | None
    status: str = "LOGGED"
    coverage: str | None = None
    lot: str | None = None
    price: int | None = None
    billed_in: str | None = None
    cost: int = 0
    earned: int = 0
    settled_in: str | None = None


@dataclass
class Alert:
    parent: str
    remaining: int
    total: int
    is_open: bool = True


@dataclass
class Packages:
    zone: ZoneInfo
    default_price: int
    low_share: Fraction = Fraction(1, 5)
    low_floor: int | None = None
    lots: dict[str, Lot] = field(default_factory=dict)
    sessions: dict[str, Session] = field(default_factory=dict)
    alerts: list[Alert] = field(default_factory=list)
    uses: int = 0

    def sell(self, lot: Lot, now: datetime) -> None:
        if lot.is_past(wall(now, self.zone)):
            raise RuleBroken("PACKAGE_EXPIRED")
        self.lots[lot.id] = lot
        self._look(lot.parent, now, given=True)

    def log(self, session: Session) -> None:
        self.sessions[session.id] = session

    def approve(self, ids: Iterable[str], now: datetime) -> dict[str, str | None]:
        """Each session's refusal, or None; one after the other in order of their start."""
        outcomes: dict[str, str | None] = {}
        for session in sorted((self.sessions[id_] for id_ in set(ids)), key=lambda one: (one.starts_at, one.id)):
            outcomes[session.id] = "SESSION_NOT_APPROVABLE" if session.status in ("REJECTED", "REVERSED") else None
            if session.status == "LOGGED":
                session.status = "APPROVED"
                self._cover(session, now)
        return outcomes

    def reject(self, id_: str) -> None:
        session = self.sessions[id_]
        if session.status not in ("LOGGED", "REJECTED"):
            raise RuleBroken("SESSION_NOT_REJECTABLE")
        session.status = "REJECTED"

    def reverse(self, id_: str, now: datetime) -> None:
        session, today = self.sessions[id_], wall(now, self.zone)
        if session.status != "APPROVED":
            raise RuleBroken("SESSION_NOT_REVERSIBLE")
        session.status = "REVERSED"
        if session.lot is not None:
            lot = self.lots[session.lot]
            lot.ledger.append(("RETURNED", 1))
            if lot.is_past(today):
                lot.last_day = today + MORE_DAYS
            self._look(lot.parent, now, given=True)

    def extend(self, id_: str, last_day: date | None, now: datetime) -> None:
        lot = self.lots[id_]
        if lot.last_day is None or (last_day is not None and last_day <= lot.last_day):
            raise RuleBroken("INVALID_INPUT")
        if last_day is not None and last_day < wall(now, self.zone):
            raise RuleBroken("PACKAGE_EXPIRED")
        self._renew(lot, last_day, now)

    def reinstate(self, id_: str, last_day: date | None, now: datetime) -> None:
        """What has expired comes back; without a last day the lot keeps its own."""
        lot = self.lots[id_]
        last_day = last_day or lot.last_day
        if not lot.expired or (lot.last_day is not None and last_day is not None and last_day < lot.last_day):
            raise RuleBroken("INVALID_INPUT")
        if last_day is not None and last_day < wall(now, self.zone):
            raise RuleBroken("PACKAGE_EXPIRED")
        self._renew(lot, last_day, now)

    def pass_the_day(self, now: datetime) -> None:
        """The daily job."""
        today = wall(now, self.zone)
        for lot in self.lots.values():
            if lot.remaining and lot.last_day is not None and today > lot.last_day + GRACE:
                lot.ledger.append(("EXPIRED", -lot.remaining))
        for parent in {lot.parent for lot in self.lots.values()}:
            self._look(parent, now, given=False)

    def standing(self, parent: str, now: datetime) -> tuple[int, int]:
        """Left, and out of how many: of the active lots together, else of the one used (or else bought) last."""
        own = [lot for lot in self.lots.values() if lot.parent == parent]
        counted = [lot for lot in own if lot.status(wall(now, self.zone)) == "ACTIVE"]
        if not counted and own:
            counted = [max(own, key=lambda lot: (lot.last_use, lot.bought_at, lot.id))]
        return sum(lot.remaining for lot in counted), sum(lot.total for lot in counted)

    def is_low(self, parent: str, now: datetime) -> bool:
        remaining, total = self.standing(parent, now)
        return remaining < self.low_share * total or (self.low_floor is not None and remaining <= self.low_floor)

    def alert_of(self, parent: str) -> Alert | None:
        """The open one."""
        return next((alert for alert in self.alerts if alert.parent == parent and alert.is_open), None)

    def _cover(self, session: Session, now: datetime) -> None:
        lot = None if session.as_addon else self._lot_for(session, wall(now, self.zone))
        if lot is None:
            session.coverage = "ADDON" if session.as_addon else "OVERAGE"
            session.price = self._price_of(session)
            return
        session.coverage, session.lot, session.price = "PACKAGE", lot.id, 0
        lot.ledger.append(("USED", -1))
        self.uses += 1
        lot.last_use = self.uses
        self._look(session.parent, now, given=False)

    def _lot_for(self, session: Session, today: date) -> Lot | None:
        for lot in sorted(self.lots.values(), key=_burn_order):
            if lot.parent != session.parent or lot.child not in (None, session.child) or lot.remaining < 1:
                continue
            if lot.last_day is None or (session.day <= lot.last_day and today <= lot.last_day + GRACE):
                return lot
        return None

    def _price_of(self, session: Session) -> int:
        if session.addon_price is not None:
            return session.addon_price
        bought = [lot for lot in self.lots.values() if lot.parent == session.parent and not lot.goodwill]
        return max(bought, key=lambda lot: (lot.bought_at, lot.id)).price if bought else self.default_price

    def _renew(self, lot: Lot, last_day: date | None, now: datetime) -> None:
        lot.last_day = last_day
        if lot.expired:
            lot.ledger.append(("REINSTATED", lot.expired))
        self._look(lot.parent, now, given=True)

    def _look(self, parent: str, now: datetime, *, given: bool) -> None:
        """Raises, resolves or updates the parent's alert after something was given to the lots or taken from them."""
        low, alert = self.is_low(parent, now), self.alert_of(parent)
        if low and alert is None:
            self.alerts.append(Alert(parent, *self.standing(parent, now)))
        elif alert is not None:
            alert.remaining, alert.total = self.standing(parent, now)
            alert.is_open = low or not given


def _burn_order(lot: Lot) -> tuple[bool, date, datetime, str]:
    return lot.child is None, lot.last_day or date.max, lot.bought_at, lot.id


def reduction_of(cost: int, percent: Fraction | None, amount: int | None) -> int:
    """What a sale's discount takes off."""
    return half_up(cost * percent / 100) if percent is not None else amount or 0
