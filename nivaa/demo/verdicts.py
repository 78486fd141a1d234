"""What the coordinator decided about each session: approved the next morning, approved late, or rejected."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta

from nivaa.demo.actions import Action, ApproveSessions, RejectSession, ReverseSession
from nivaa.demo.season import Season, closing_day
from nivaa.demo.timetable import TaughtSession

_REJECTED = 0.015
_REJECTION_REASONS = ("Logged twice", "The child did not come", "Moved to another day", "Shorter than agreed")
_LATE_TAIL_DAYS = 5
_LATE_IN_TAIL = 0.12
_DAYS_AFTER_CLOSING = 2


def rejected_sessions(season: Season, sessions: list[TaughtSession]) -> set[str]:
    dice = season.dice("rejections")
    return {session.key for session in sessions if dice.random() < _REJECTED}


def verdicts(season: Season, sessions: list[TaughtSession], rejected: set[str]) -> Iterator[Action]:
    """Yesterday's sessions still wait for their morning."""
    approvals = _approval_days(season, [session for session in sessions if session.key not in rejected])
    for day, batch in approvals.items():
        yield ApproveSessions(
            key=f"approval/{day}",
            at=season.at(day, 10),
            sessions=tuple(session.key for session in batch),
        )
    yield from _rejections(season, [session for session in sessions if session.key in rejected])
    yield from _reversals(season, approvals)


def _approval_days(season: Season, sessions: list[TaughtSession]) -> dict[date, list[TaughtSession]]:
    late = _late_days(season, sessions)
    batches: dict[date, list[TaughtSession]] = defaultdict(list)
    for session in sessions:
        day = late.get(session.key, session.day + timedelta(days=1))
        if day < season.today:
            batches[day].append(session)
    return batches


def _late_days(season: Season, sessions: list[TaughtSession]) -> dict[str, date]:
    """Some sessions of a month's last days were forgotten until after its cycle had closed."""
    dice = season.dice("late approvals")
    late: dict[str, date] = {}
    for month in season.earlier_months:
        first_day = month.last_day - timedelta(days=_LATE_TAIL_DAYS - 1)
        tail = [session.key for session in sessions if first_day <= session.day <= month.last_day]
        day = closing_day(month) + timedelta(days=_DAYS_AFTER_CLOSING)
        late |= {key: day for key in tail if dice.random() < _LATE_IN_TAIL}
    return late


def _rejections(season: Season, sessions: list[TaughtSession]) -> Iterator[RejectSession]:
    dice = season.dice("rejection reasons")
    for session in sessions:
        day = session.day + timedelta(days=1)
        if day < season.today:
            yield RejectSession(
                key=f"rejection/{session.key}",
                at=season.at(day, 10, 5),
                session=session.key,
                reason=dice.choice(_REJECTION_REASONS),
            )


def _reversals(season: Season, approvals: dict[date, list[TaughtSession]]) -> Iterator[ReverseSession]:
    """One after its month was closed, of a session that had been charged; one within its month, of a prepaid one."""
    billed, open_month = season.earlier_months[-1], season.last_month
    closing = closing_day(billed)
    on_time = [session for day, batch in approvals.items() if day <= closing for session in batch]
    charged = [session for session in on_time if session.billed_as_addon and billed.first_day <= session.day]
    prepaid = [session for session in on_time if not session.billed_as_addon and open_month.first_day <= session.day]
    yield _reversal(season, charged[0], closing + timedelta(days=5), "The parent showed that the child was ill")
    yield _reversal(season, prepaid[0], closing + timedelta(days=1), "Approved by mistake")


def _reversal(season: Season, session: TaughtSession, day: date, reason: str) -> ReverseSession:
    return ReverseSession(
        key=f"reversal/{session.key}",
        at=season.at(day, 11, 30),
        session=session.key,
        reason=reason,
    )
