"""The whole organisation as one chronological list of actions."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from nivaa.demo.actions import (
    Action,
    AddDiscountRule,
    CreateChild,
    CreatePackage,
    CreateParent,
    CreateTutor,
    LogSession,
)
from nivaa.demo.closings import closings
from nivaa.demo.journal import Origin
from nivaa.demo.payments import payments
from nivaa.demo.people import Adult, People, people_of
from nivaa.demo.purchases import offers, purchases
from nivaa.demo.season import Season
from nivaa.demo.staff import deductions, rates
from nivaa.demo.timetable import TaughtSession, taught_sessions
from nivaa.demo.verdicts import rejected_sessions, verdicts

SEED = 20_260_401
_SIBLING_BASIS_POINTS = 500


@dataclass(frozen=True, slots=True)
class Organisation:
    season: Season
    people: People
    actions: tuple[Action, ...]


def organisation(seed: int, today: date, zone: ZoneInfo) -> Organisation:
    """The same for the same arguments. The actions are in order of time, and none is of today or later."""
    season = Season(seed, today, zone)
    people = people_of(season)
    actions = sorted(_actions(season, people), key=lambda action: action.at)
    return Organisation(season, people, tuple(actions))


def organisation_of(origin: Origin) -> Organisation:
    """The one that a journal is about, whatever day it is by now."""
    return organisation(origin.seed, date.fromisoformat(origin.today), ZoneInfo(origin.zone))


def _actions(season: Season, people: People) -> Iterator[Action]:
    """What shares an instant happens in the order in which it stands here."""
    sessions = taught_sessions(season, people)
    rejected = rejected_sessions(season, sessions)
    prepaid = [session for session in sessions if not session.billed_as_addon and session.key not in rejected]
    yield from _arrivals(season, people)
    yield from rates(season, people)
    yield from offers(season)
    bought = list(purchases(season, people, prepaid))
    yield from bought
    yield from (_logged(session) for session in sessions)
    yield from verdicts(season, sessions, rejected)
    yield from deductions(season, people)
    yield from closings(season, people)
    yield from payments(season, [action for action in bought if isinstance(action, CreatePackage)])


def _arrivals(season: Season, people: People) -> Iterator[Action]:
    at = season.at(season.opens_on, 8)
    for tutor in people.tutors:
        yield CreateTutor(key=tutor.key, at=at, **_contact(tutor))
    for family in people.families:
        yield CreateParent(key=family.parent.key, at=at, **_contact(family.parent))
        for child in family.children:
            yield CreateChild(key=child.key, at=at, parent=family.parent.key, name=child.name)
        if len(family.children) > 1:
            yield AddDiscountRule(
                key=f"siblings/{family.parent.key}",
                at=season.at(season.opens_on, 8, 20),
                parent=family.parent.key,
                basis_points=_SIBLING_BASIS_POINTS,
                valid_from=season.opens_on,
                reason="Siblings",
            )


def _contact(adult: Adult) -> dict[str, str]:
    return {"name": adult.name, "email": adult.email, "phone": adult.phone}


def _logged(session: TaughtSession) -> LogSession:
    return LogSession(
        key=session.key,
        at=session.ends_at,
        child=session.child,
        tutor=session.tutor,
        starts_at=session.starts_at,
        duration_minutes=session.duration_minutes,
        billed_as_addon=session.billed_as_addon,
        addon_price_minor=session.addon_price_minor,
    )
