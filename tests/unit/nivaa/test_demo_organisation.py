from collections import Counter
from collections.abc import Iterator
from dataclasses import fields
from datetime import UTC, date, datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nivaa.demo.actions import (
    Action,
    ApproveSessions,
    CreatePackage,
    LogSession,
    RecordPayment,
    RejectSession,
    ReverseSession,
    RunMonthlyCycle,
    VoidInvoice,
)
from nivaa.demo.organisation import SEED, Organisation, organisation
from nivaa.demo.season import closing_day
from shared.period import Month, local_date

KOLKATA = ZoneInfo("Asia/Kolkata")
TODAY = date(2026, 11, 23)
A = TypeVar("A", bound=Action)
REFERENCES = {"parent", "child", "tutor", "offer", "package", "session"}


@pytest.fixture(scope="module")
def demo() -> Organisation:
    return organisation(SEED, TODAY, KOLKATA)


def of_kind(demo: Organisation, kind: type[A]) -> list[A]:
    return [action for action in demo.actions if isinstance(action, kind)]


def test_same_seed_and_day_give_the_same_actions(demo: Organisation) -> None:
    assert organisation(SEED, TODAY, KOLKATA).actions == demo.actions
    assert organisation(SEED + 1, TODAY, KOLKATA).actions != demo.actions


def test_is_as_large_as_promised(demo: Organisation) -> None:
    kinds = Counter(type(action).__name__ for action in demo.actions)
    assert (kinds["CreateParent"], kinds["CreateChild"], kinds["CreateTutor"]) == (60, 90, 14)
    assert 2_500 <= kinds["LogSession"] <= 3_000


def test_every_key_names_one_action(demo: Organisation) -> None:
    assert len({action.key for action in demo.actions}) == len(demo.actions)


@settings(max_examples=25, deadline=None)
@given(today=st.dates(date(2026, 1, 1), date(2032, 12, 31)), seed=st.integers(0, 10_000))
def test_on_any_day_time_only_goes_forward_and_nothing_is_named_before_it_exists(today: date, seed: int) -> None:
    demo = organisation(seed, today, KOLKATA)
    instants = [action.at for action in demo.actions]
    assert instants == sorted(instants)
    assert instants[-1] < datetime.combine(today, datetime.min.time(), KOLKATA)
    known: set[str] = set()
    for action in demo.actions:
        assert set(referred(action)) <= known, action
        known.add(action.key)


def referred(action: Action) -> Iterator[str]:
    for field in fields(action):
        value = getattr(action, field.name)
        if field.name in REFERENCES and value is not None:
            yield value
        if field.name in {"sessions", "tutors"}:
            yield from value


def test_nobody_is_in_two_places(demo: Organisation) -> None:
    for who in ("child", "tutor"):
        free_from: dict[str, datetime] = {}
        for session in sorted(of_kind(demo, LogSession), key=lambda session: session.starts_at):
            key = getattr(session, who)
            assert free_from.get(key, session.starts_at) <= session.starts_at
            free_from[key] = session.starts_at + timedelta(minutes=session.duration_minutes)


def test_sessions_are_after_school_or_at_the_weekend(demo: Organisation) -> None:
    for session in of_kind(demo, LogSession):
        starts = session.starts_at.astimezone(KOLKATA)
        assert starts.weekday() >= 5 or 15 <= starts.hour <= 19
        assert session.at > session.starts_at
        assert session.starts_at.tzinfo is UTC


def test_each_session_is_decided_once_but_for_those_that_wait(demo: Organisation) -> None:
    approved = [key for batch in of_kind(demo, ApproveSessions) for key in batch.sessions]
    rejected = [rejection.session for rejection in of_kind(demo, RejectSession)]
    decided = Counter(approved + rejected)
    assert max(decided.values()) == 1
    waiting = [session for session in of_kind(demo, LogSession) if session.key not in decided]
    assert waiting
    assert {local_date(session.starts_at, KOLKATA) for session in waiting} == {demo.season.yesterday}


def test_has_what_makes_a_month_interesting(demo: Organisation) -> None:
    started = {session.key: local_date(session.starts_at, KOLKATA) for session in of_kind(demo, LogSession)}
    closed_on = {cycle.month: cycle.at for cycle in of_kind(demo, RunMonthlyCycle)}
    assert list(closed_on) == demo.season.earlier_months

    def after_its_close(action: Action, session: str) -> bool:
        closed_at = closed_on.get(Month.of(started[session]))
        return closed_at is not None and action.at > closed_at

    late = [key for batch in of_kind(demo, ApproveSessions) for key in batch.sessions if after_its_close(batch, key)]
    assert len(late) >= 4
    assert sum(after_its_close(reversal, reversal.session) for reversal in of_kind(demo, ReverseSession)) == 1
    packages = of_kind(demo, CreatePackage)
    assert {package.offer for package in packages} >= {"offer/5", "offer/10", "offer/20", "offer/40", None}
    assert any(package.child for package in packages)
    assert any(package.goodwill for package in packages)
    assert any(package.discount_basis_points for package in packages)
    assert any(package.expires_on and package.expires_on < TODAY for package in packages)
    paid = Counter(payment.parent for payment in of_kind(demo, RecordPayment))
    assert 30 <= paid.total() <= 120
    (void,) = of_kind(demo, VoidInvoice)
    assert void.parent not in paid
    addons = sum(session.billed_as_addon for session in of_kind(demo, LogSession))
    assert 0.02 <= addons / len(started) <= 0.06


def test_names_come_in_many_scripts_and_addresses_in_ascii(demo: Organisation) -> None:
    parents = [family.parent for family in demo.people.families]
    letters = "".join(parent.name for parent in parents)
    for first, last in ("अह", "அஹ", "অহ", "éé"):
        assert any(first <= letter <= last for letter in letters)
    adults = [*parents, *demo.people.tutors]
    assert all(adult.email.isascii() and adult.email.endswith("@example.org") for adult in adults)
    assert len({adult.email for adult in adults}) == len({adult.name for adult in adults}) == 74


def test_the_closing_day_is_in_the_next_month() -> None:
    assert closing_day(Month(2026, 12)) == date(2027, 1, 4)
