"""A tutor's pay, as the bot tells it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from markupsafe import Markup

from services.bot.domain.catalogue import Catalogue
from services.bot.domain.messages import Message, lines, paragraphs
from shared.period import Month


@dataclass(frozen=True, slots=True)
class Deduction:
    label: str
    amount: Decimal | None


@dataclass(frozen=True, slots=True)
class Pay:
    """A tutor's month. `sessions` include the add-ons; amounts are None under the freeze.

    `status` is None until the month is closed; the last three are of a payout.
    """

    month: Month
    currency: str
    sessions: int
    addons: int
    rate: Decimal | None
    gross: Decimal | None
    net: Decimal | None
    status: str | None
    deductions: Sequence[Deduction] = ()
    paid_on: date | None = None
    reference: str = ""


def pay_message(catalogue: Catalogue, this_month: Pay, last_month: Pay) -> Message:
    first = _paragraph(catalogue, catalogue.text("pay-so-far", month=catalogue.month(this_month.month)), this_month)
    second = _paragraph(catalogue, catalogue.text("pay-month", month=catalogue.month(last_month.month)), last_month)
    return Message(paragraphs(first, second))


def _paragraph(catalogue: Catalogue, heading: Markup, pay: Pay) -> Markup:
    if pay.status is None and not pay.sessions:
        return lines(heading, catalogue.text("pay-none"))
    return lines(heading, _sessions(catalogue, pay), *_amounts(catalogue, pay), _status(catalogue, pay))


def _sessions(catalogue: Catalogue, pay: Pay) -> Markup:
    if pay.addons:
        return catalogue.text("pay-sessions-with-addons", sessions=pay.sessions, addons=pay.addons)
    return catalogue.text("pay-sessions", sessions=pay.sessions)


def _amounts(catalogue: Catalogue, pay: Pay) -> list[Markup]:
    deducted = None if pay.gross is None or pay.net is None else pay.gross - pay.net
    return [
        catalogue.text("pay-rate", amount=catalogue.money(pay.rate, pay.currency)),
        catalogue.text("pay-gross", amount=catalogue.money(pay.gross, pay.currency)),
        catalogue.text("pay-deductions", amount=catalogue.money(deducted, pay.currency)),
        *(_deduction(catalogue, deduction, pay.currency) for deduction in pay.deductions),
        catalogue.text("pay-net", amount=catalogue.money(pay.net, pay.currency)),
    ]


def _deduction(catalogue: Catalogue, deduction: Deduction, currency: str) -> Markup:
    return catalogue.text("pay-deduction", label=deduction.label, amount=catalogue.money(deduction.amount, currency))


def _status(catalogue: Catalogue, pay: Pay) -> Markup:
    match pay.status:
        case "PENDING":
            return catalogue.text("pay-pending")
        case "PROCESSED":
            return catalogue.text("pay-processed")
        case "PAID" if pay.paid_on:
            return catalogue.text("pay-paid", day=catalogue.day(pay.paid_on), reference=pay.reference)
    return catalogue.text("pay-not-closed")
