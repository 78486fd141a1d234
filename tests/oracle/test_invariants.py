"""Whatever is done, in whatever order and at once: what the books say of themselves adds up after every step.

No rule says here what a number should be (test_stories.py does), only what numbers must agree. A failure prints the
steps as a program.
"""

import asyncio
import os
from collections import Counter, defaultdict
from collections.abc import Coroutine
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from shared.contracts.billing import Statement
from tests.asking import Refused
from tests.oracle.conftest import Offices
from tests.oracle.office import Node, minor
from tests.oracle.rules.arithmetic import month_after, month_of
from tests.oracle.steps import SETTINGS, Setting

EXAMPLES = os.environ.get("ORACLE_EXAMPLES")
SESSIONS = 90

picks = st.integers(0, 11)


class Books(RuleBasedStateMachine):
    """Two families and two tutors."""

    def __init__(self, offices: Offices, setting: Setting) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.entering = offices(setting)
        self.office = self.runner.run(self.entering.__aenter__())
        self.zone = setting.zone
        self.parents: list[str] = []
        self.children: list[str] = []
        self.tutors: list[str] = []
        self.lots: list[str] = []
        self.sessions: list[str] = []
        self.month = month_of(setting.first_day - timedelta(days=31))
        self.hashes: dict[str, str] = {}
        self.statements: dict[str, list[Statement]] = {}
        self.payouts: dict[str, list[Node]] = {}
        self.state: Node = {}
        self.given: str | None = None
        """The parent to whose lots the last step gave something."""

    @property
    def today(self) -> date:
        return self.office.clock.at.astimezone(self.zone).date()

    def do(self, *doings: Coroutine[Any, Any, Any]) -> list[Any]:
        """All at once. What is refused has to change nothing, which the invariants see."""
        self.office.clock.at += timedelta(minutes=1)
        self.given = None

        async def together() -> list[Any]:
            return await asyncio.gather(*doings, return_exceptions=True)

        done = self.runner.run(together())
        for each in done:
            if isinstance(each, BaseException) and not isinstance(each, Refused):
                raise each
        return done

    @initialize()
    def move_in(self) -> None:
        for number in range(2):
            (parent,) = self.do(self.office.parent(f"Parent {number}"))
            self.parents.append(parent)
            self.children += self.do(*(self.office.child(parent, f"Child {each}") for each in range(2)))
        self.tutors = self.do(*(self.office.tutor(f"Tutor {number}") for number in range(2)))
        start = self.today - timedelta(days=100)
        self.do(*(self.office.set_rate(tutor, 30_001, 35_003, start) for tutor in self.tutors))

    @rule(parent=picks, bound=st.booleans(), size=st.integers(1, 6), price=st.none() | st.integers(1, 999), days=picks)
    def sell(self, parent: int, bound: bool, size: int, price: int | None, days: int) -> None:
        self.lots += self.do(self._sale(parent, bound, size, price, days))
        self.given = self.parents[parent % 2]

    def _sale(self, parent: int, bound: bool, size: int, price: int | None, days: int) -> Coroutine[Any, Any, str]:
        child = self.children[parent % 2 * 2] if bound else None
        last_day = self.today + timedelta(days=days) if days else None
        return self.office.sell(self.parents[parent % 2], size, price, childId=child, expiresOn=last_day)

    @precondition(lambda self: len(self.sessions) < SESSIONS)
    @rule(child=picks, tutor=picks, days=st.integers(-25, 2), count=st.integers(1, 4), as_addon=st.booleans())
    def log(self, child: int, tutor: int, days: int, count: int, as_addon: bool) -> None:
        first = datetime(self.today.year, self.today.month, self.today.day, 17, tzinfo=self.zone) + timedelta(days=days)
        for number in range(count):
            starts_at = (first + timedelta(days=number)).astimezone(UTC)
            own, whose = self.children[child % 4], self.tutors[tutor % 2]
            self.sessions += self.do(self.office.log(own, whose, starts_at, as_addon=as_addon, price=None))

    @precondition(lambda self: self.sessions)
    @rule(sessions=st.lists(picks, min_size=1, max_size=8), one_by_one=st.booleans())
    def approve(self, sessions: list[int], one_by_one: bool) -> None:
        """One by one by as many coordinators, at once."""
        ids = [self._session(each) for each in sessions]
        self.do(*(map(self.office.approve, ids) if one_by_one else [self.office.approve(*ids)]))

    @precondition(lambda self: self.sessions)
    @rule(session=picks)
    def reverse(self, session: int) -> None:
        self.do(self.office.reverse(self._session(session)))

    @precondition(lambda self: self.sessions)
    @rule(session=picks)
    def reject(self, session: int) -> None:
        self.do(self.office.reject(self._session(session)))

    @precondition(lambda self: self.lots)
    @rule(lot=picks, days=st.none() | st.integers(0, 30))
    def extend(self, lot: int, days: int | None) -> None:
        self.do(self._extension(lot, days))

    def _extension(self, lot: int, days: int | None) -> Coroutine[Any, Any, None]:
        last_day = None if days is None else self.today + timedelta(days=days)
        return self.office.extend(self.lots[lot % len(self.lots)], last_day)

    @precondition(lambda self: self.sessions and self.lots and self.month <= month_of(self.today))
    @rule(approved=st.lists(picks, min_size=1, max_size=8), reversed_=picks, lot=picks, size=st.integers(1, 6))
    def everything_at_once(self, approved: list[int], reversed_: int, lot: int, size: int) -> None:
        """Two coordinators close the next month while others approve, reverse, sell and extend."""
        runs = [self.office.run(self.month, early=True) for _ in range(2)]
        approvals = [self.office.approve(self._session(each)) for each in approved]
        reversal, extension = self.office.reverse(self._session(reversed_)), self._extension(lot, 9)
        *_, first, second, sold = self.do(reversal, extension, *approvals, *runs, self._sale(lot, False, size, 500, 0))
        self.lots.append(sold)
        assert first == second
        self._closed(first)

    @precondition(lambda self: self.month <= month_of(self.today))
    @rule()
    def close(self) -> None:
        (cycle,) = self.do(self.office.run(self.month, early=True))
        self._closed(cycle)

    @rule(days=st.integers(1, 20))
    def wait(self, days: int) -> None:
        self.office.clock.at += timedelta(days=days)
        self.do(self.office.pass_the_day())

    def _session(self, number: int) -> str:
        return self.sessions[-1 - number % len(self.sessions)]

    def _closed(self, cycle: Node | Refused) -> None:
        assert not isinstance(cycle, Refused), cycle
        self.hashes[self.month] = cycle["sha256"]
        self.statements[self.month] = self.runner.run(self.office.statements(self.month))
        self.payouts[self.month] = self.runner.run(self.office.payouts(self.month))
        self.month = month_after(self.month)

    @invariant()
    def the_books_add_up(self) -> None:
        if self.parents:
            self.state = self.runner.run(self.office.state())
            assert self.state["packagesReconciliation"]["agrees"]
            self._lots_are_what_their_ledgers_add_up_to()
            self._a_session_is_covered_once()
            self._a_parent_who_is_low_has_one_alert()
            self._statements_are_what_their_lines_cost()
            self._closed_months_say_what_they_said()

    def _lots_are_what_their_ledgers_add_up_to(self) -> None:
        for lot in self._lots():
            sums: Counter[str] = Counter()
            for movement in lot["movements"]["nodes"]:
                sums[movement["kind"]] += movement["sessions"]
            total, used, expired = (lot[f"{name}Sessions"] for name in ("total", "used", "expired"))
            assert total == sums["PURCHASED"]
            assert used == -sums["USED"] - sums["RETURNED"]
            assert expired == -sums["EXPIRED"] - sums["REINSTATED"]
            assert 0 <= used <= total
            assert 0 <= lot["remaining"] == total - used - expired == sums.total()
            over = lot["expiresOn"] is not None and date.fromisoformat(lot["expiresOn"]) < self.today
            expected = "EXHAUSTED" if used == total else "EXPIRED" if over or not lot["remaining"] else "ACTIVE"
            assert lot["status"] == expected

    def _a_session_is_covered_once(self) -> None:
        moved: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for lot in self._lots():
            for movement in lot["movements"]["nodes"]:
                if movement["session"] is not None:
                    moved[movement["session"]["id"]].append((movement["kind"], lot["id"]))
        for session in self.state["sessions"]["nodes"]:
            lot = session["sessionPackage"] and session["sessionPackage"]["id"]
            assert (session["coverage"] is not None) == (session["status"] in ("APPROVED", "REVERSED"))
            assert (lot is not None) == (session["coverage"] == "PACKAGE")
            used = [("USED", lot)] if lot else []
            returned = [("RETURNED", lot)] if lot and session["status"] == "REVERSED" else []
            assert moved[session["id"]] == used + returned

    def _a_parent_who_is_low_has_one_alert(self) -> None:
        opened = Counter(
            alert["parent"]["id"] for alert in self.state["lowPackageAlerts"]["nodes"] if alert["status"] == "OPEN"
        )
        assert not opened or max(opened.values()) == 1
        for parent in self.state["parents"]["nodes"]:
            low = 5 * parent["remaining"] < parent["totalSessions"]
            assert (parent["lowPackageAlert"] is not None) == (opened[parent["id"]] == 1)
            assert opened[parent["id"]] or not low
            assert low or not (opened[parent["id"]] and parent["id"] == self.given)

    def _statements_are_what_their_lines_cost(self) -> None:
        for statement in (each for told in self.statements.values() for each in told):
            lines = statement.charges
            assert statement.subtotal_minor == sum(line.amount_minor for line in lines)
            assert statement.discount_minor == sum(line.discount_minor for line in lines)
            assert statement.tax_minor == sum(line.tax_minor for line in lines)
            net_minor = statement.subtotal_minor - statement.discount_minor
            assert statement.total_minor == net_minor + statement.tax_minor
        for payout in (each for paid in self.payouts.values() for each in paid):
            assert minor(payout["grossAmount"]) == sum(minor(line["amount"]) for line in payout["lines"])
            sessions = [line for line in payout["lines"] if line["kind"] != "ADJUSTMENT"]
            assert payout["sessionsCompleted"] == len(sessions)
            assert payout["addonSessions"] == sum(line["kind"] == "ADDON_SESSION" for line in sessions)

    def _closed_months_say_what_they_said(self) -> None:
        for month, sha256 in self.hashes.items():
            assert self.runner.run(self.office.verified(month)) == sha256
            assert self.runner.run(self.office.payouts(month)) == self.payouts[month]

    def teardown(self) -> None:
        """Everything is closed, and has then been charged and paid once, or taken back whole."""
        try:
            if self.hashes:
                self.wait(30)
                self.close()
                while self.month <= month_of(self.today):
                    self.close()
                self._assert_settled()
        finally:
            self.runner.run(self.entering.__aexit__(None, None, None))
            self.runner.close()

    def _assert_settled(self) -> None:
        state = self.runner.run(self.office.state())
        lines = [line for payouts in self.payouts.values() for payout in payouts for line in payout["lines"]]
        charges = [line for told in self.statements.values() for each in told for line in each.charges]
        earned: Counter[str] = Counter()
        cost: Counter[str] = Counter()
        for line in lines:
            earned[line["session"]["id"]] += minor(line["amount"])
        for charge in charges:
            cost[str(charge.session_id)] += charge.amount_minor - charge.discount_minor + charge.tax_minor
        for session in state["sessions"]["nodes"]:
            approved = session["status"] == "APPROVED"
            rate = 35_003 if session["coverage"] == "ADDON" else 30_001
            assert earned[session["id"]] == (rate if approved else 0)
            assert cost[session["id"]] == (minor(session["price"]) if approved else 0)
        bought = Counter(str(charge.package_id) for charge in charges if charge.kind == "PACKAGE_PURCHASE")
        assert not bought or max(bought.values()) == 1

    def _lots(self) -> list[Node]:
        return [lot for parent in self.state["parents"]["nodes"] for lot in parent["sessionPackages"]["nodes"]]


@pytest.mark.timeout(0 if EXAMPLES else 600)
def test_the_books_add_up_after_every_step(offices: Offices) -> None:
    class Here(Books):
        def __init__(self) -> None:
            super().__init__(offices, SETTINGS[0])

    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=int(EXAMPLES or 5),
            stateful_step_count=25,
            derandomize=EXAMPLES is None,
            deadline=None,
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        ),
    )
