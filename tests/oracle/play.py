"""Plays a story in the product's office and by the rules, and compares everything that the two say."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any, TypeVar

from tests.asking import Refused
from tests.oracle import comparison, steps
from tests.oracle.comparison import differences
from tests.oracle.office import Office, percent_text
from tests.oracle.rules.arithmetic import last_day_of, month_after, month_of, wall
from tests.oracle.rules.billing import Billing, Cycle, Deduction, Discount, Rate
from tests.oracle.rules.packages import Lot, RuleBroken, Session, reduction_of

T = TypeVar("T")

MOST_SESSIONS = 95
"""What one page of the product's list holds."""


class Disagreement(AssertionError):
    """The product and the rules say different things; the message is the story so far, and where they part."""


@dataclass
class Play:
    office: Office
    rules: Billing
    parents: list[str] = field(default_factory=list)
    children: list[str] = field(default_factory=list)
    tutors: list[str] = field(default_factory=list)
    sessions: list[str] = field(default_factory=list)
    lots: list[str] = field(default_factory=list)
    discounts: list[str] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    family: dict[str, str] = field(default_factory=dict)
    """The parent of each child."""
    first_month: str = ""
    hashes: dict[str, str] = field(default_factory=dict)
    journal: list[str] = field(default_factory=list)

    @property
    def now(self) -> datetime:
        return self.office.clock.at

    @property
    def today(self) -> date:
        return wall(self.now, self.rules.packages.zone)

    def _in_days(self, days: int | None) -> date | None:
        return None if days is None else self.today + timedelta(days=days)

    async def story(self, story: steps.Story) -> None:
        await self._move_in(story)
        for step in story.steps:
            self.office.clock.at += timedelta(minutes=1)
            await self.step(step)
            await self._compare_packages()
        await self._compare_closed()
        await self.office.settled()
        await self._compare_explanations()

    async def step(self, step: steps.Step) -> None:
        await DEEDS[type(step)](self, step)

    async def _move_in(self, story: steps.Story) -> None:
        self.office.clicks = story.clicks
        self.first_month = month_of(self.today - timedelta(days=62))
        for number, children in enumerate(story.children, 1):
            parent = self._call(await self.office.parent(f"Parent {number}"), f"parent {number}")
            self.parents.append(parent)
            for _ in range(children):
                name = f"child {len(self.children) + 1}"
                child = self._call(await self.office.child(parent, name.title()), name)
                self.children.append(child)
                self.family[child] = parent
        for number, rate in enumerate(story.rates, 1):
            self.tutors.append(self._call(await self.office.tutor(f"Tutor {number}"), f"tutor {number}"))
            if rate is not None:
                await self._agree_rate(Rate(self.tutors[-1], self.today - timedelta(days=100), rate, None))

    async def _sell(self, sale: steps.Sell) -> None:
        parent = pick(self.parents, sale.parent)
        own = [child for child in self.children if self.family[child] == parent]
        child = None if sale.child is None else pick(own, sale.child)
        last_day = self._in_days(sale.valid_days)
        cost = sale.size * (sale.price or 0)
        percent = sale.discount if isinstance(sale.discount, Fraction) and cost else None
        amount = min(sale.discount * sale.size, cost) if isinstance(sale.discount, int) and cost else None
        terms = {"childId": child, "discount": _discount(percent, amount)}
        if sale.by_offer and sale.price is not None:
            days = None if sale.valid_days is None else sale.valid_days + 1
            offer = await self.office.offer(sale.size, sale.price, days)
            lot = await self.office.sell_offer(offer, parent, **terms)
        else:
            lot = await self.office.sell(parent, sale.size, sale.price, expiresOn=last_day, **terms)
        self.lots.append(self._call(lot, f"lot {len(self.lots) + 1}"))
        price = "goodwill" if sale.price is None else f"at {sale.price} each, off {percent or amount}"
        self._note(f"{self.name(parent)} buys {self.name(lot)}: {sale.size}, {price}, {self.name(child)}, {last_day}")
        bought = Lot(
            id=lot,
            parent=parent,
            child=child,
            price=sale.price or 0,
            reduction=reduction_of(cost, percent, amount),
            goodwill=sale.price is None,
            bought_at=self.now,
            bought_on=self.today,
            last_day=last_day,
            ledger=[("PURCHASED", sale.size)],
        )
        self.rules.packages.sell(bought, self.now)

    async def _teach(self, lesson: steps.Teach) -> None:
        child, tutor = pick(self.children, lesson.child), pick(self.tutors, lesson.tutor)
        first = self.today + timedelta(days=lesson.first_day)
        if lesson.edge is not None:
            first = first.replace(day=1) - timedelta(days=lesson.edge == "last")
        for number in range(min(lesson.count, MOST_SESSIONS - len(self.sessions))):
            day = first + timedelta(days=number)
            starts_at = datetime.combine(day, lesson.at, self.rules.packages.zone)
            session = await self.office.log(child, tutor, starts_at, as_addon=lesson.as_addon, price=lesson.addon_price)
            self.sessions.append(self._call(session, f"session {len(self.sessions) + 1}"))
            what = "an add-on" if lesson.as_addon else "a session"
            who = f"{self.name(tutor)} teaches {self.name(child)}"
            self._note(f"{self.name(session)}: {who}, {starts_at:%m-%d %H:%M}, {what}, price {lesson.addon_price}")
            taught = Session(
                id=session,
                parent=self.family[child],
                child=child,
                tutor=tutor,
                starts_at=starts_at.astimezone(UTC),
                day=day,
                as_addon=lesson.as_addon,
                addon_price=lesson.addon_price,
            )
            self.rules.packages.log(taught)
            if lesson.approved:
                await self._approve_all(session)

    async def _approve(self, step: steps.Approve) -> None:
        if self.sessions:
            is_logged = {id_: one.status == "LOGGED" for id_, one in self.rules.packages.sessions.items()}
            among = sorted(self.sessions, key=is_logged.__getitem__)
            await self._approve_all(*(pick(among, number) for number in step.sessions))

    async def _approve_all(self, *sessions: str) -> None:
        self.office.clock.at += timedelta(minutes=1)
        self._note(f"approved: {', '.join(map(str, map(self.name, sessions)))}")
        product = await self.office.approve(*sessions)
        self._same("outcomes", product, self.rules.packages.approve(sessions, self.now))

    async def _reject(self, step: steps.Reject) -> None:
        if self.sessions:
            session = pick(self.sessions, step.session)
            self._note(f"rejected: {self.name(session)}")
            await self._both(self.office.reject(session), lambda: self.rules.packages.reject(session))

    async def _reverse(self, step: steps.Reverse) -> None:
        if self.sessions:
            session = pick(self.sessions, step.session)
            self._note(f"reversed: {self.name(session)}")
            await self._both(self.office.reverse(session), lambda: self.rules.packages.reverse(session, self.now))

    async def _extend(self, step: steps.Extend) -> None:
        if self.lots:
            lot, last_day = pick(self.lots, step.lot), self._in_days(step.days)
            self._note(f"extended: {self.name(lot)} to {last_day}")
            await self._both(
                self.office.extend(lot, last_day), lambda: self.rules.packages.extend(lot, last_day, self.now)
            )

    async def _reinstate(self, step: steps.Reinstate) -> None:
        if self.lots:
            lot, last_day = pick(self.lots, step.lot), self._in_days(step.days)
            self._note(f"reinstated: {self.name(lot)} to {last_day}")
            await self._both(
                self.office.reinstate(lot, last_day), lambda: self.rules.packages.reinstate(lot, last_day, self.now)
            )

    async def _set_rate(self, step: steps.SetRate) -> None:
        valid_from = self.today + timedelta(days=step.days)
        await self._agree_rate(Rate(pick(self.tutors, step.tutor), valid_from, step.rate, step.addon))

    async def _agree_rate(self, rate: Rate) -> None:
        self._note(f"{self.name(rate.tutor)} earns {rate.per_session}, {rate.per_addon} from {rate.valid_from}")
        await self._both(
            self.office.set_rate(rate.tutor, rate.per_session, rate.per_addon, rate.valid_from),
            lambda: self.rules.set_rate(rate),
        )

    async def _add_discount(self, step: steps.AddDiscount) -> None:
        parent = pick(self.parents, step.parent)
        first_day = self.today + timedelta(days=step.days)
        last_day = None if step.for_days is None else first_day + timedelta(days=step.for_days)
        percent = step.size if isinstance(step.size, Fraction) else None
        amount = step.size if isinstance(step.size, int) else None
        size = {"percent": percent_text(percent)} if percent is not None else {"amount": amount}
        label = f"discount {len(self.discounts) + 1}"
        self._note(f"{self.name(parent)} gets {label}: {size} from {first_day} until {last_day}")
        rule = await self.office.add_discount(parent, label, first_day, last_day, **size)
        self.discounts.append(self._call(rule, label))
        self.rules.discounts.append(
            Discount(
                id=rule,
                parent=parent,
                label=label,
                percent=percent,
                amount=amount,
                first_day=first_day,
                last_day=last_day,
            )
        )

    async def _end_discount(self, step: steps.EndDiscount) -> None:
        if self.discounts:
            rule, last_day = pick(self.discounts, step.rule), self.today + timedelta(days=step.days)
            self._note(f"{self.name(rule)} ends on {last_day}")
            await self._both(self.office.end_discount(rule, last_day), lambda: self.rules.end_discount(rule, last_day))

    async def _deduct(self, step: steps.Deduct) -> None:
        tutor, month = pick(self.tutors, step.tutor), month_of(self.today)
        if step.months:
            month = month_of(self.today.replace(day=1) - timedelta(days=1)) if step.months < 0 else month_after(month)
        self._note(f"{self.name(tutor)}: {step.amount} held back in {month}")
        deduction = await self._both(
            self.office.deduct(tutor, month, step.amount),
            lambda: self.rules.add_deduction(Deduction("", tutor, month, step.amount)),
        )
        if deduction is not None:
            self.rules.deductions[-1].id = deduction

    async def _wait(self, step: steps.Wait) -> None:
        self.office.clock.at += timedelta(days=step.days)
        self._note(f"{step.days} days later")
        await self.office.pass_the_day()
        self.rules.packages.pass_the_day(self.now)

    async def _close(self, step: steps.Close) -> None:
        month = self.first_month
        while last_day_of(month) < self.today:
            await self._close_month(month, early=False)
            month = month_after(month)
        if step.early:
            await self._close_month(month, early=True)

    async def _close_month(self, month: str, *, early: bool) -> None:
        if month in self.rules.closed:
            return
        await self.office.settled()
        self._note(f"{month} is closed{' early' if early else ''}")
        if early:
            await self._both(self.office.run(month), lambda: self.rules.close(month, self.now, early=False))
        draft = self.rules.draft(month)
        preview = await self.office.preview(month)
        blockers = {self.name(each["tutor"]["id"]): each["sessions"] for each in preview["blockers"]}
        self._same("blockers", blockers, {self.name(tutor): count for tutor, count in draft.blockers.items()})
        if draft.blockers:
            await self._both(
                self.office.run(month, early=early), lambda: self.rules.close(month, self.now, early=early)
            )
            await self._agree_missing_rates(draft)
            draft, preview = self.rules.draft(month), await self.office.preview(month)
        self._same(f"preview of {month}", comparison.cycle_told(preview), comparison.cycle_due(draft))
        await self._reconcile(draft, is_closed=False)
        cycle = await self.office.run(month, early=early)
        self._same("hash", cycle["sha256"], preview["sha256"])
        self.hashes[month] = cycle["sha256"]
        closed = self.rules.close(month, self.now, early=early)
        self._same(f"cycle {month}", comparison.cycle_told(cycle), comparison.cycle_due(closed))
        await self._compare_statements(closed)
        self._same("the closed month run again", await self.office.run(month), cycle)

    async def _agree_missing_rates(self, draft: Cycle) -> None:
        """From the first day on, a paisa each; later rates stay."""
        first_day = date.fromisoformat(f"{self.first_month}-01")
        for tutor in sorted(draft.blockers, key=lambda tutor: str(self.name(tutor))):
            await self._agree_rate(Rate(tutor, first_day, 1, None))

    async def _compare_packages(self) -> None:
        told = comparison.packages_told(await self.office.state(), self.name)
        self._same("", told, comparison.packages_due(self.rules.packages, self.parents, self.now, self.name))

    async def _compare_statements(self, cycle: Cycle) -> None:
        due = {statement.parent: statement for statement in cycle.statements}
        told = {str(statement.parent_id): statement for statement in await self.office.statements(cycle.month)}
        self._same("statements", [*map(self.name, told)], [*map(self.name, due)])
        self._same("ordinals", [each.ordinal for each in told.values()], [*range(1, len(told) + 1)])
        for parent, statement in told.items():
            self._same(
                f"statement {cycle.month} / {self.name(parent)}",
                comparison.statement_told(statement, due[parent], self.name),
                comparison.statement_due(due[parent], cycle.month, self.name),
            )

    async def _compare_closed(self) -> None:
        """Whatever came after its close, every month says what it said then."""
        for month, cycle in self.rules.closed.items():
            await self._reconcile(cycle, is_closed=True)
            self._same(f"hash of {month}", await self.office.verified(month), self.hashes[month])
            told = {each["tutor"]["id"]: each for each in await self.office.payouts(month)}
            self._same(
                f"payouts {month}",
                {self.name(tutor): comparison.payout_told(each, self.name) for tutor, each in told.items()},
                {self.name(each.tutor): comparison.payout_due(each, self.name) for each in cycle.payouts},
            )

    async def _compare_explanations(self) -> None:
        if self.sessions:
            told = await self.office.explained()
            due = {id_: self.rules.explained(session) for id_, session in self.rules.packages.sessions.items()}
            names = {id_: self.name(id_) for id_ in due}
            self._same("explained", {names[id_]: told[id_] for id_ in told}, {names[id_]: due[id_] for id_ in due})

    async def _reconcile(self, cycle: Cycle, *, is_closed: bool) -> None:
        told = comparison.reconciliation_told(await self.office.reconciliation(cycle.month))
        due = comparison.reconciliation_due(cycle, is_closed=is_closed)
        self._same(f"reconciliation of {cycle.month}", told, due)

    async def _both(self, product: Awaitable[T], rules: Callable[[], object]) -> T | None:
        """Does it in both; None when both refuse it, with the same code."""
        try:
            rules()
            due = None
        except RuleBroken as broken:
            due = broken.code
        try:
            done, told = await product, None
        except Refused as refused:
            done, told = None, refused.code
        self._same("refusal", told, due)
        return done

    def _same(self, where: str, product: Any, rules: Any) -> None:
        if found := differences(product, rules, where):
            raise Disagreement("\n".join(["the story:", *self.journal, "differences:", *found]))

    def _note(self, what: str) -> None:
        self.journal.append(f"  {self.now.astimezone(self.rules.packages.zone):%Y-%m-%d %H:%M}  {what}")

    def _call(self, id_: str, name: str) -> str:
        self.names[id_] = name
        return id_

    def name(self, id_: str | None) -> str | None:
        return None if id_ is None else self.names.get(id_, id_)


DEEDS: Mapping[type[steps.Step], Callable[[Play, Any], Awaitable[None]]] = {
    steps.Sell: Play._sell,
    steps.Teach: Play._teach,
    steps.Approve: Play._approve,
    steps.Reject: Play._reject,
    steps.Reverse: Play._reverse,
    steps.Extend: Play._extend,
    steps.Reinstate: Play._reinstate,
    steps.SetRate: Play._set_rate,
    steps.AddDiscount: Play._add_discount,
    steps.EndDiscount: Play._end_discount,
    steps.Deduct: Play._deduct,
    steps.Wait: Play._wait,
    steps.Close: Play._close,
}
"""What each kind of step does, in the office and by the rules."""


def pick(among: list[str], number: int) -> str:
    """The newest is 0."""
    return among[-1 - number % len(among)]


def _discount(percent: Fraction | None, amount: int | None) -> Mapping[str, str] | None:
    if percent is not None:
        return {"percent": percent_text(percent)}
    return None if amount is None else {"amount": str(Decimal(amount).scaleb(-2))}
