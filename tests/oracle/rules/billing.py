"""The rules of billing cycles, read slowly: a month is drafted from everything that ever happened."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from fractions import Fraction

from tests.oracle.rules.arithmetic import half_up, last_day_of, month_of, shared_out, wall
from tests.oracle.rules.packages import Lot, Packages, RuleBroken, Session

KINDS = ("PACKAGE_PURCHASE", "ADDON_SESSION", "OVERAGE_SESSION", "ADJUSTMENT")
"""In the order of a statement's lines; within a kind by day, then id."""


@dataclass(frozen=True)
class Rate:
    tutor: str
    valid_from: date
    per_session: int
    per_addon: int | None


@dataclass(kw_only=True)
class Discount:
    """Either a percent of what is charged, or an amount off it."""

    id: str
    parent: str
    label: str
    percent: Fraction | None
    amount: int | None
    first_day: date
    last_day: date | None

    def holds_on(self, day: date) -> bool:
        return self.first_day <= day and (self.last_day is None or day <= self.last_day)


@dataclass
class Deduction:
    id: str
    tutor: str
    month: str
    amount: int
    settled_in: str | None = None


@dataclass
class Credit:
    """A negative total, carried forward."""

    parent: str
    day: date
    amount: int
    settled_in: str | None = None


@dataclass(frozen=True)
class Line:
    """`about` is the id of the session or the lot; None for a carried credit."""

    kind: str
    day: date
    about: str | None
    quantity: int
    unit_price: int
    reduction: int = 0
    discount: int = 0
    tax: int = 0

    @property
    def amount(self) -> int:
        return self.quantity * self.unit_price - self.reduction

    @property
    def base(self) -> int:
        """What discounts and taxes are taken on."""
        return 0 if self.kind == "ADJUSTMENT" else self.amount


@dataclass
class Statement:
    parent: str
    lines: list[Line]
    discounts: list[tuple[str, int]]
    taxes: list[tuple[str, int]]
    usage: list[Session]
    lots: dict[str, int]
    """How much of each of the parent's lots was used by the end of the month."""

    @property
    def subtotal(self) -> int:
        return sum(line.amount for line in self.lines)

    @property
    def discount(self) -> int:
        return sum(amount for _, amount in self.discounts)

    @property
    def tax(self) -> int:
        return sum(amount for _, amount in self.taxes)

    @property
    def total(self) -> int:
        return self.subtotal - self.discount + self.tax


@dataclass
class Payout:
    """`lines` are kind, id of the session or deduction, day, amount; a deduction's amount is what is held back."""

    tutor: str
    rate: int
    lines: list[tuple[str, str, date, int]]

    def _sum(self, *kinds: str) -> int:
        return sum(amount for kind, _, _, amount in self.lines if kind in kinds)

    @property
    def sessions(self) -> int:
        return sum(kind in ("SESSION", "ADDON_SESSION") for kind, *_ in self.lines)

    @property
    def addons(self) -> int:
        return sum(kind == "ADDON_SESSION" for kind, *_ in self.lines)

    @property
    def gross(self) -> int:
        return self._sum("SESSION", "ADDON_SESSION", "ADJUSTMENT")

    @property
    def deducted(self) -> int:
        return self._sum("DEDUCTION")

    @property
    def net(self) -> int:
        return self.gross - self.deducted


@dataclass
class Cycle:
    """`blockers` counts the sessions of each tutor who has no rate for them."""

    month: str
    statements: list[Statement]
    payouts: list[Payout]
    blockers: Counter[str]

    @property
    def sessions(self) -> int:
        return sum(payout.sessions for payout in self.payouts)

    @property
    def invoiced(self) -> int:
        return sum(statement.total for statement in self.statements)

    @property
    def paid_out(self) -> int:
        return sum(payout.net for payout in self.payouts)


@dataclass
class Billing:
    packages: Packages
    taxes: Sequence[tuple[str, Fraction]] = ()
    rates: list[Rate] = field(default_factory=list)
    discounts: list[Discount] = field(default_factory=list)
    deductions: list[Deduction] = field(default_factory=list)
    credits: list[Credit] = field(default_factory=list)
    closed: dict[str, Cycle] = field(default_factory=dict)

    def set_rate(self, rate: Rate) -> None:
        """Refused when a closed payout's session would have it. A second one from the same day replaces the first."""
        others = [each for each in self.rates if (each.tutor, each.valid_from) != (rate.tutor, rate.valid_from)]
        rates = [*others, rate]
        for session in self.packages.sessions.values():
            if session.billed_in and _rate_on(rates, session.tutor, session.day) is rate:
                raise RuleBroken("CYCLE_CLOSED")
        self.rates = rates

    def end_discount(self, id_: str, last_day: date) -> None:
        rule = next(each for each in self.discounts if each.id == id_)
        if last_day < rule.first_day:
            raise RuleBroken("INVALID_INPUT")
        if self.closed:
            closed = last_day_of(max(self.closed))
            if last_day < closed and rule.holds_on(closed):
                raise RuleBroken("CYCLE_CLOSED")
        rule.last_day = last_day

    def add_deduction(self, deduction: Deduction) -> None:
        if deduction.month in self.closed:
            raise RuleBroken("CYCLE_CLOSED")
        self.deductions.append(deduction)

    def close(self, month: str, now: datetime, *, early: bool) -> Cycle:
        """The month's cycle; a closed one is what it was."""
        if month in self.closed:
            return self.closed[month]
        if not early and wall(now, self.packages.zone) <= last_day_of(month):
            raise RuleBroken("PERIOD_NOT_ENDED")
        cycle = self.draft(month)
        if cycle.blockers:
            raise RuleBroken("CYCLE_BLOCKED")
        self._keep(cycle)
        return cycle

    def draft(self, month: str) -> Cycle:
        """The month as it would be closed now."""
        taught = [one for one in self.packages.sessions.values() if _is_due(one, month)]
        returned = [one for one in self.packages.sessions.values() if _is_to_settle(one)]
        parents = {one.parent for one in self.packages.sessions.values()}
        parents |= {lot.parent for lot in self.packages.lots.values()}
        drafts = (self._statement(month, parent, taught, returned) for parent in sorted(parents))
        tutors = sorted({one.tutor for one in (*taught, *returned)})
        return Cycle(
            month,
            [statement for statement in drafts if statement.lines],
            [self._payout(month, tutor, taught, returned) for tutor in tutors],
            Counter(one.tutor for one in taught if _rate_on(self.rates, one.tutor, one.day) is None),
        )

    def explained(self, session: Session) -> tuple[str, str]:
        """How the charge and the pay of a session stand."""
        if session.coverage is None:
            state = "REJECTED" if session.status == "REJECTED" else "NOT_APPROVED"
            return state, state
        if session.billed_in is None:
            if session.status == "REVERSED":
                return "CANCELLED", "CANCELLED"
            has_rate = _rate_on(self.rates, session.tutor, session.day)
            return "COVERED" if session.lot else "OPEN", "OPEN" if has_rate else "NO_RATE"
        taken_back = "TAKEN_BACK" if session.settled_in else "TO_BE_TAKEN_BACK"
        is_reversed = session.status == "REVERSED"
        charge = taken_back if is_reversed and session.cost else "BILLED"
        pay = taken_back if is_reversed and (session.earned or session.settled_in) else "BILLED"
        return "COVERED" if session.lot else charge, pay

    def _statement(self, month: str, parent: str, taught: Sequence[Session], returned: Sequence[Session]) -> Statement:
        usage = sorted((one for one in taught if one.parent == parent), key=lambda one: (one.starts_at, one.id))
        lots = [lot for lot in self.packages.lots.values() if lot.parent == parent]
        charges = [_purchase(lot) for lot in lots if _is_to_charge(lot, month)]
        charges += [_session_line(one) for one in usage if one.coverage != "PACKAGE"]
        charges += [
            Line("ADJUSTMENT", one.day, one.id, 1, -one.cost) for one in returned if one.parent == parent and one.cost
        ]
        charges += [
            Line("ADJUSTMENT", credit.day, None, 1, credit.amount)
            for credit in self.credits
            if credit.parent == parent and credit.settled_in is None
        ]
        charges.sort(key=lambda line: (KINDS.index(line.kind), line.day, line.about or ""))
        lines, discounts, taxes = self._billed(charges, parent, month)
        return Statement(parent, lines, discounts, taxes, usage, {lot.id: self._used(lot, month) for lot in lots})

    def _used(self, lot: Lot, month: str) -> int:
        """By the end of the month, as the cycles have it: billed until then, and not settled as reversed."""
        return sum(
            _is_due(one, month) or (one.billed_in is not None and not one.settled_in and not _is_to_settle(one))
            for one in self.packages.sessions.values()
            if one.lot == lot.id
        )

    def _billed(
        self, charges: Sequence[Line], parent: str, month: str
    ) -> tuple[list[Line], list[tuple[str, int]], list[tuple[str, int]]]:
        base = sum(line.base for line in charges)
        rules = [rule for rule in self.discounts if rule.parent == parent and rule.holds_on(last_day_of(month))]
        discounts = _discounts(base, rules)
        off = shared_out(sum(amount for _, amount in discounts), [line.base for line in charges])
        nets = [line.base - share for line, share in zip(charges, off, strict=True)]
        taxes = [(label, half_up(sum(nets) * rate)) for label, rate in self.taxes]
        tax = shared_out(sum(amount for _, amount in taxes), nets)
        lines = [replace(line, discount=d, tax=t) for line, d, t in zip(charges, off, tax, strict=True)]
        return lines, discounts, taxes

    def _payout(self, month: str, tutor: str, taught: Sequence[Session], returned: Sequence[Session]) -> Payout:
        lines = [
            ("ADDON_SESSION" if one.coverage == "ADDON" else "SESSION", one.id, one.day, self._earned(one))
            for one in taught
            if one.tutor == tutor
        ]
        lines += [("ADJUSTMENT", one.id, one.day, -one.earned) for one in returned if one.tutor == tutor]
        lines += [
            ("DEDUCTION", each.id, last_day_of(month), each.amount)
            for each in self.deductions
            if each.tutor == tutor and each.month <= month and each.settled_in is None
        ]
        rate = _rate_on(self.rates, tutor, last_day_of(month))
        return Payout(tutor, rate.per_session if rate else 0, sorted(lines))

    def _earned(self, session: Session) -> int:
        rate = _rate_on(self.rates, session.tutor, session.day)
        if rate is None:
            return 0
        if session.coverage == "ADDON" and rate.per_addon is not None:
            return rate.per_addon
        return rate.per_session

    def _keep(self, cycle: Cycle) -> None:
        month, sessions, lots = cycle.month, self.packages.sessions, self.packages.lots
        for lot in lots.values():
            if _is_to_charge(lot, month):
                lot.charged_in = month
        for one in sessions.values():
            if _is_to_settle(one):
                one.settled_in = month
            if _is_due(one, month):
                one.billed_in = month
        for statement in cycle.statements:
            for line in statement.lines:
                if line.about in sessions and line.kind != "ADJUSTMENT":
                    sessions[line.about].cost = line.amount - line.discount + line.tax
        self._settle(cycle)
        self.closed[month] = cycle

    def _settle(self, cycle: Cycle) -> None:
        for statement in cycle.statements:
            for credit in self.credits:
                if credit.parent == statement.parent and credit.settled_in is None:
                    credit.settled_in = cycle.month
            if statement.total < 0:
                self.credits.append(Credit(statement.parent, last_day_of(cycle.month), statement.total))
        deductions = {each.id: each for each in self.deductions}
        for payout in cycle.payouts:
            for kind, id_, _, amount in payout.lines:
                if kind == "DEDUCTION":
                    deductions[id_].settled_in = cycle.month
                elif kind != "ADJUSTMENT":
                    self.packages.sessions[id_].earned = amount


def _is_due(session: Session, month: str) -> bool:
    """Approved, of this month or late from an earlier one, and in no cycle yet."""
    return session.status == "APPROVED" and session.billed_in is None and month_of(session.day) <= month


def _is_to_settle(session: Session) -> bool:
    """Taken back after a cycle had billed it, and no cycle has answered for that yet."""
    return session.status == "REVERSED" and session.billed_in is not None and session.settled_in is None


def _is_to_charge(lot: Lot, month: str) -> bool:
    return not lot.goodwill and lot.charged_in is None and month_of(lot.bought_on) <= month


def _purchase(lot: Lot) -> Line:
    return Line("PACKAGE_PURCHASE", lot.bought_on, lot.id, lot.total, lot.price, lot.reduction)


def _session_line(session: Session) -> Line:
    assert session.price is not None
    return Line(f"{session.coverage}_SESSION", session.day, session.id, 1, session.price)


def _discounts(base: int, rules: Sequence[Discount]) -> list[tuple[str, int]]:
    """Percents of the base first, then amounts, the older first; never more than there is."""
    taken: list[tuple[str, int]] = []
    for rule in sorted(rules, key=lambda rule: (rule.percent is None, rule.first_day, rule.id)):
        wanted = half_up(base * rule.percent / 100) if rule.percent is not None else rule.amount or 0
        amount = min(wanted, base - sum(before for _, before in taken))
        if amount:
            taken.append((rule.label, amount))
    return taken


def _rate_on(rates: Sequence[Rate], tutor: str, day: date) -> Rate | None:
    agreed = [rate for rate in rates if rate.tutor == tutor and rate.valid_from <= day]
    return max(agreed, key=lambda rate: rate.valid_from, default=None)
