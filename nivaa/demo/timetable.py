"""The week of every child, and the sessions that it made: after school and at weekends, no tutor in two places."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

from nivaa.demo.people import Adult, Child, People
from nivaa.demo.season import Season

_SCHOOL_DAY_STARTS = (time(15, 30), time(17, 15), time(19, 0))
_WEEKEND_STARTS = (time(9, 0), time(10, 45), time(12, 30), time(15, 0), time(16, 45))
_DURATIONS_MINUTES, _DURATION_WEIGHTS = (60, 45, 90), (70, 18, 12)
_SESSIONS_A_WEEK, _WEEK_WEIGHTS = (1, 2, 3, 4), (12, 40, 33, 15)
_MISSED = 0.05
_ADDON = 0.04
_ADDON_PRICE_MINOR = 75_000


@dataclass(frozen=True, slots=True)
class Slot:
    """A place in the week that a child and a tutor keep free for each other."""

    child: str
    tutor: str
    weekday: int
    starts: time
    duration_minutes: int


@dataclass(frozen=True, slots=True)
class TaughtSession:
    key: str
    child: str
    tutor: str
    day: date
    starts_at: datetime
    duration_minutes: int
    billed_as_addon: bool
    addon_price_minor: int | None

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(minutes=self.duration_minutes)


def taught_sessions(season: Season, people: People) -> list[TaughtSession]:
    """Every session of the season in order of start."""
    dice = season.dice("timetable")
    week = sorted(_week(people, dice), key=lambda slot: (slot.weekday, slot.starts, slot.child))
    return [
        _taught(season, day, slot, dice)
        for day in season.days()
        for slot in week
        if slot.weekday == day.weekday() and dice.random() >= _MISSED
    ]


def _taught(season: Season, day: date, slot: Slot, dice: Random) -> TaughtSession:
    addon = dice.random() < _ADDON
    return TaughtSession(
        key=f"session/{day}/{slot.child}",
        child=slot.child,
        tutor=slot.tutor,
        day=day,
        starts_at=season.at(day, slot.starts.hour, slot.starts.minute),
        duration_minutes=slot.duration_minutes,
        billed_as_addon=addon,
        addon_price_minor=_ADDON_PRICE_MINOR if addon and dice.random() < 0.3 else None,
    )


def _week(people: People, dice: Random) -> Iterator[Slot]:
    """Children choose in turn; who finds the first tutor's week full goes on to the next tutor."""
    free = {tutor.key: _free_starts(dice) for tutor in people.tutors}
    children = [child for family in people.families for child in family.children]
    for number, child in enumerate(children):
        nearest = people.tutors[number % len(people.tutors) :] + people.tutors[: number % len(people.tutors)]
        yield from _slots_of(child, nearest, free, dice)


def _slots_of(
    child: Child, tutors: tuple[Adult, ...], free: dict[str, list[tuple[int, time]]], dice: Random
) -> Iterator[Slot]:
    """At most one session a day."""
    weekdays: set[int] = set()
    for _ in range(dice.choices(_SESSIONS_A_WEEK, _WEEK_WEIGHTS)[0]):
        tutor, (weekday, starts) = next(
            (tutor.key, start) for tutor in tutors for start in free[tutor.key] if start[0] not in weekdays
        )
        weekdays.add(weekday)
        free[tutor].remove((weekday, starts))
        yield Slot(child.key, tutor, weekday, starts, dice.choices(_DURATIONS_MINUTES, _DURATION_WEIGHTS)[0])


def _free_starts(dice: Random) -> list[tuple[int, time]]:
    school_days = [(weekday, starts) for weekday in range(5) for starts in _SCHOOL_DAY_STARTS]
    weekend = [(weekday, starts) for weekday in (5, 6) for starts in _WEEKEND_STARTS]
    return dice.sample(school_days + weekend, len(school_days) + len(weekend))
