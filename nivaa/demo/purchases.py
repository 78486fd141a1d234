"""How families buy: first packages, renewals in time or late, lots that expire, goodwill, negotiated prices."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import Enum
from random import Random

from nivaa.demo.actions import Action, CreatePackage, CreatePackageOffer, ExtendPackage
from nivaa.demo.people import Family, People
from nivaa.demo.season import Season
from nivaa.demo.timetable import TaughtSession
from shared.money import part_of

OFFERS_MINOR = {5: 60_000, 10: 55_000, 20: 50_000, 40: 45_000}
"""Package size to price per session."""

_LARGEST_OFFER_DISCOUNT_BASIS_POINTS = 1_000
_NEGOTIATED_SIZE, _NEGOTIATED_PRICE_MINOR = 12, 52_000
_NEGOTIATING_ACCOUNTS = 2
_EXPIRING_SIZE, _EXPIRING_AFTER, _EXPIRING_ACCOUNTS = 20, timedelta(days=60), 5
_EXTENSION = timedelta(days=14)
_GOODWILL_SIZE, _GOODWILL_FAMILIES = 2, 3
_LAST_RENEWALS = timedelta(days=25)


class Temper(Enum):
    """When a family buys again."""

    PROMPT = "while a few sessions are left"
    TARDY = "some days after the last session was used"
    LAPSED = "no more since some weeks"


@dataclass(frozen=True, slots=True)
class Account:
    """Who draws on the same packages: a whole family, or one child whose packages are bound to it."""

    parent: str
    child: str | None
    temper: Temper
    days: tuple[date, ...]
    """Of the sessions that packages pay for, in order."""

    @property
    def key(self) -> str:
        return self.child or self.parent


def offers(season: Season) -> Iterator[CreatePackageOffer]:
    for size, price_minor in OFFERS_MINOR.items():
        yield CreatePackageOffer(
            key=f"offer/{size}",
            at=season.at(season.opens_on, 8),
            total_sessions=size,
            price_per_session_minor=price_minor,
        )


def purchases(season: Season, people: People, prepaid: list[TaughtSession]) -> Iterator[Action]:
    """`prepaid` are the sessions that draw on packages: neither add-ons nor rejected."""
    dice = season.dice("purchases")
    accounts = list(_accounts(people, prepaid, dice))
    expires_on = season.opens_on + _EXPIRING_AFTER
    light = [account for account in accounts if sum(day <= expires_on for day in account.days) < _EXPIRING_SIZE - 1]
    special = dice.sample(light, _EXPIRING_ACCOUNTS + _NEGOTIATING_ACCOUNTS)
    expiring, negotiating = special[:_EXPIRING_ACCOUNTS], special[_EXPIRING_ACCOUNTS:]
    for account in accounts:
        first = _from_offer(season, account, season.opens_on, _size_for(account, dice), dice)
        if account in expiring:
            first = _expiring(first, expires_on)
        elif account in negotiating:
            first = _negotiated(first)
        yield first
        yield from _renewals(season, account, first, dice)
    yield _extension(season, expiring[0], expires_on)
    for family in dice.sample(people.families, _GOODWILL_FAMILIES):
        yield _goodwill(season, family, dice)


def cost_minor(package: CreatePackage) -> int:
    """What it is sold for, to the rounding of its discount."""
    price_minor = package.price_per_session_minor
    if price_minor is None:
        price_minor = OFFERS_MINOR[package.total_sessions]
    whole_minor = package.total_sessions * price_minor
    return whole_minor - part_of(whole_minor, package.discount_basis_points)


def _accounts(people: People, prepaid: list[TaughtSession], dice: Random) -> Iterator[Account]:
    for family in people.families:
        children = [child.key for child in family.children]
        bound = len(children) > 1 and dice.random() < 0.4
        for users in [[child] for child in children] if bound else [children]:
            yield Account(
                parent=family.parent.key,
                child=users[0] if bound else None,
                temper=dice.choices(list(Temper), (62, 28, 10))[0],
                days=tuple(session.day for session in prepaid if session.child in users),
            )


def _renewals(season: Season, account: Account, first: CreatePackage, dice: Random) -> Iterator[CreatePackage]:
    """Lives through the account's sessions and buys whenever its temper says so."""
    latest, left, due = first, first.total_sessions, None
    for day in account.days:
        if due is not None and due <= day:
            latest = _from_offer(season, account, due, _size_for(account, dice), dice)
            left, due = left + latest.total_sessions, None
            yield latest
        expired = latest.expires_on is not None and day > latest.expires_on
        left = 0 if expired else max(left - 1, 0)
        due = due or _renewal_day(season, account.temper, day, left, latest.total_sessions, dice)


def _renewal_day(season: Season, temper: Temper, day: date, left: int, bought: int, dice: Random) -> date | None:
    if temper is Temper.TARDY:
        due = day + timedelta(days=dice.randint(2, 7)) if left == 0 else None
    else:
        due = day + timedelta(days=dice.randint(1, 3)) if left * 5 <= bought else None
    too_late = season.today - _LAST_RENEWALS if temper is Temper.LAPSED else season.today
    return due if due is not None and due < too_late else None


def _size_for(account: Account, dice: Random) -> int:
    """The offer nearest to what the account uses in a month or two."""
    wanted = len(account.days) * dice.uniform(0.25, 0.6)
    return min(OFFERS_MINOR, key=lambda size: abs(size - wanted))


def _from_offer(season: Season, account: Account, day: date, size: int, dice: Random) -> CreatePackage:
    discounted = size == max(OFFERS_MINOR) and dice.random() < 0.5
    return CreatePackage(
        key=f"package/{account.key}/{day}",
        at=season.at(day, 8 if day == season.opens_on else 12, dice.randrange(30, 60)),
        parent=account.parent,
        child=account.child,
        offer=f"offer/{size}",
        total_sessions=size,
        discount_basis_points=_LARGEST_OFFER_DISCOUNT_BASIS_POINTS if discounted else 0,
    )


def _expiring(package: CreatePackage, expires_on: date) -> CreatePackage:
    return replace(
        package,
        offer=f"offer/{_EXPIRING_SIZE}",
        total_sessions=_EXPIRING_SIZE,
        discount_basis_points=0,
        expires_on=expires_on,
    )


def _negotiated(package: CreatePackage) -> CreatePackage:
    return replace(
        package,
        offer=None,
        total_sessions=_NEGOTIATED_SIZE,
        price_per_session_minor=_NEGOTIATED_PRICE_MINOR,
        discount_basis_points=0,
    )


def _extension(season: Season, account: Account, expires_on: date) -> ExtendPackage:
    return ExtendPackage(
        key=f"extension/{account.key}",
        at=season.at(expires_on - timedelta(days=2), 16),
        package=f"package/{account.key}/{season.opens_on}",
        expires_on=expires_on + _EXTENSION,
        reason="Away for a family wedding",
    )


def _goodwill(season: Season, family: Family, dice: Random) -> CreatePackage:
    day = season.opens_on + timedelta(days=dice.randrange(20, 60))
    return CreatePackage(
        key=f"goodwill/{family.parent.key}",
        at=season.at(day, 17, 10),
        parent=family.parent.key,
        total_sessions=_GOODWILL_SIZE,
        price_per_session_minor=0,
        goodwill=True,
    )
