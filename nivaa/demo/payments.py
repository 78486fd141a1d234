"""What families pay for the earlier months: upfront, on time, in part, too much, or not yet; and an invoice voided.

They pay for what they have bought, which is seldom their invoice to the paisa: a sibling discount leaves them credit,
add-ons and overage leave something due.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from random import Random

from nivaa.demo.actions import Action, CreatePackage, RecordPayment, VoidInvoice
from nivaa.demo.purchases import cost_minor
from nivaa.demo.season import Season, closing_day
from shared.period import Month, local_date

_METHODS = ("UPI", "UPI", "UPI", "BANK_TRANSFER", "CARD", "CASH", "CHEQUE")
_FOUND_AT_THE_BANK = {"UPI", "BANK_TRANSFER", "CHEQUE"}
_UPFRONT, _IN_FULL, _HALF, _ROUNDED_UP = 0.1, 0.45, 0.65, 0.7
"""Chances, each with those before it; the others have not paid yet."""
_ROUND_MINOR = 1_000_00

Bought = Mapping[tuple[Month, str], list[CreatePackage]]
"""What each parent bought in each of the earlier months."""


def payments(season: Season, packages: list[CreatePackage]) -> Iterator[Action]:
    dice = season.dice("payments")
    bought = _bought(season, packages)
    wrong = min(bought)
    for (month, parent), lots in sorted(bought.items()):
        if parent != wrong[1]:
            day = season.at(closing_day(month) + timedelta(days=dice.randint(2, 15)), 13, dice.randrange(60))
            yield from _paid(f"{parent}/{month}", lots, day, dice)
    yield _void(season, *wrong)


def _bought(season: Season, packages: list[CreatePackage]) -> Bought:
    bought: dict[tuple[Month, str], list[CreatePackage]] = defaultdict(list)
    for package in packages:
        month = Month.of(local_date(package.at, season.zone))
        if month in season.earlier_months and not package.goodwill:
            bought[month, package.parent].append(package)
    return bought


def _paid(whose: str, lots: list[CreatePackage], day: datetime, dice: Random) -> Iterator[RecordPayment]:
    chance, method = dice.random(), dice.choice(_METHODS)
    total_minor = sum(map(cost_minor, lots))
    if chance < _UPFRONT:
        for lot in lots:
            yield _payment(f"{whose}/{lot.key}", lot.at + timedelta(minutes=5), lot.parent, cost_minor(lot), method)
    elif chance < _ROUNDED_UP:
        if chance < _IN_FULL:
            amount_minor = total_minor
        elif chance < _HALF:
            amount_minor = total_minor // 2
        else:
            amount_minor = (total_minor // _ROUND_MINOR + 2) * _ROUND_MINOR
        yield _payment(whose, day, lots[0].parent, amount_minor, method)


def _payment(whose: str, at: datetime, parent: str, amount_minor: int, method: str) -> RecordPayment:
    reference = f"{method.replace('_', ' ')} {at:%y%m%d}-{parent[-3:]}" if method in _FOUND_AT_THE_BANK else None
    return RecordPayment(
        key=f"payment/{whose}", at=at, parent=parent, amount_minor=amount_minor, method=method, reference=reference
    )


def _void(season: Season, month: Month, parent: str) -> VoidInvoice:
    return VoidInvoice(
        key=f"void/{parent}/{month}",
        at=season.at(closing_day(month) + timedelta(days=2), 15),
        parent=parent,
        month=month,
        reason="Invoiced before the price was agreed",
    )
