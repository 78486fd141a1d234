"""What tutors earn: agreed rates, own add-on rates, a raise in the middle of the season, deductions."""

from collections.abc import Iterator
from datetime import timedelta

from nivaa.demo.actions import Action, AddPayoutDeduction, SetTutorRate
from nivaa.demo.people import People
from nivaa.demo.season import Season

_RATES_MINOR = (28_000, 30_000, 32_000, 35_000, 38_000)
_ADDON_EXTRA_MINOR = 5_000
_WITH_ADDON_RATE = 5
_RAISE_MINOR = 4_000


def rates(season: Season, people: People) -> Iterator[SetTutorRate]:
    dice = season.dice("rates")
    for number, tutor in enumerate(people.tutors):
        rate_minor = dice.choice(_RATES_MINOR)
        agreed = SetTutorRate(
            key=f"rate/{tutor.key}",
            at=season.at(season.opens_on, 8, 10),
            tutor=tutor.key,
            rate_minor=rate_minor,
            addon_rate_minor=rate_minor + _ADDON_EXTRA_MINOR if number < _WITH_ADDON_RATE else None,
            valid_from=season.opens_on,
        )
        yield agreed
        if number == 0:
            yield _raise(season, agreed)


def _raise(season: Season, agreed: SetTutorRate) -> SetTutorRate:
    """From the middle of a month, so that one payout holds sessions at both rates."""
    middle = season.last_month.first_day + timedelta(days=14)
    return SetTutorRate(
        key=f"raise/{agreed.tutor}",
        at=season.at(middle - timedelta(days=3), 15),
        tutor=agreed.tutor,
        rate_minor=agreed.rate_minor + _RAISE_MINOR,
        addon_rate_minor=agreed.rate_minor + _RAISE_MINOR + _ADDON_EXTRA_MINOR,
        valid_from=middle,
    )


def deductions(season: Season, people: People) -> Iterator[Action]:
    for tutor, reason, amount_minor in (
        (people.tutors[0], "Drawing tablet, second instalment", 50_000),
        (people.tutors[-1], "Advance of the first week", 120_000),
    ):
        yield AddPayoutDeduction(
            key=f"deduction/{tutor.key}",
            at=season.at(season.last_month.last_day - timedelta(days=3), 15, 20),
            tutor=tutor.key,
            month=season.last_month,
            amount_minor=amount_minor,
            reason=reason,
        )
