"""What follows the end of a month: the cycle, payouts on their way, invoices paid in full, in part or not yet."""

from collections.abc import Iterator
from datetime import timedelta

from nivaa.demo.actions import Action, PayInvoice, PayPayouts, ProcessPayouts, RunMonthlyCycle
from nivaa.demo.people import People
from nivaa.demo.season import Season, closing_day
from shared.period import Month

_METHODS = ("UPI", "UPI", "UPI", "BANK_TRANSFER", "CARD")
_LATER_FULLY_PAID, _LATER_PARTLY_PAID = 0.8, 0.08


def closings(season: Season, people: People) -> Iterator[Action]:
    """The earlier months, each some days after its end. The last month's cycle is the loader's final step."""
    for month in season.earlier_months:
        day = closing_day(month)
        yield RunMonthlyCycle(key=f"cycle/{month}", at=season.at(day, 9), month=month)
        yield ProcessPayouts(key=f"processed/{month}", at=season.at(day + timedelta(days=1), 12), month=month)
        yield _payment_of_tutors(season, people, month)
        yield from _payments_of_parents(season, people, month)


def _payment_of_tutors(season: Season, people: People, month: Month) -> PayPayouts:
    """Two tutors still wait for the newer of the closed months' pay."""
    everyone = tuple(tutor.key for tutor in people.tutors)
    return PayPayouts(
        key=f"paid/{month}",
        at=season.at(closing_day(month) + timedelta(days=3), 12),
        month=month,
        tutors=everyone if month == season.earlier_months[0] else everyone[2:],
        reference=f"NEFT {month} batch 1",
    )


def _payments_of_parents(season: Season, people: People, month: Month) -> Iterator[PayInvoice]:
    dice = season.dice(f"payments of {month}")
    for number, family in enumerate(people.families, start=1):
        share = _share_paid(season, month, dice.random())
        day = closing_day(month) + timedelta(days=dice.randrange(1, 18))
        method = dice.choice(_METHODS)
        if share and day < season.today:
            yield PayInvoice(
                key=f"payment/{month}/{family.parent.key}",
                at=season.at(day, 13, number % 60),
                month=month,
                parent=family.parent.key,
                share_basis_points=share,
                method=method,
                reference=f"{method} {dice.randrange(10**9, 10**10)}",
            )


def _share_paid(season: Season, month: Month, chance: float) -> int:
    if month == season.earlier_months[0] or chance < _LATER_FULLY_PAID:
        return 10_000
    return 5_000 if chance < _LATER_FULLY_PAID + _LATER_PARTLY_PAID else 0
