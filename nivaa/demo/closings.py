"""What follows the end of a month: its cycle, and payouts on their way."""

from collections.abc import Iterator
from datetime import timedelta

from nivaa.demo.actions import Action, PayPayouts, ProcessPayouts, RunMonthlyCycle
from nivaa.demo.people import People
from nivaa.demo.season import Season, closing_day
from shared.period import Month

_STILL_UNPAID = 2


def closings(season: Season, people: People) -> Iterator[Action]:
    """The earlier months, each some days after its end. The last month's cycle is the loader's final step."""
    for month in season.earlier_months:
        day = closing_day(month)
        yield RunMonthlyCycle(key=f"cycle/{month}", at=season.at(day, 9), month=month)
        yield ProcessPayouts(key=f"processed/{month}", at=season.at(day + timedelta(days=1), 12), month=month)
        yield _payment_of_tutors(season, people, month)


def _payment_of_tutors(season: Season, people: People, month: Month) -> PayPayouts:
    """Some tutors still wait for their pay of the newer of the closed months."""
    everyone = tuple(tutor.key for tutor in people.tutors)
    return PayPayouts(
        key=f"paid/{month}",
        at=season.at(closing_day(month) + timedelta(days=3), 12),
        month=month,
        tutors=everyone if month == season.earlier_months[0] else everyone[_STILL_UNPAID:],
        reference=f"NEFT {month} batch 1",
    )
