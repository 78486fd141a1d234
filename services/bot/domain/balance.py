"""A family's packages and their next invoice, as the bot tells them to the parent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from markupsafe import Markup

from services.bot.domain.catalogue import Catalogue
from services.bot.domain.messages import Message, lines, paragraphs
from services.bot.domain.replies import short
from shared.period import Month

CELLS = 10
"""Of a bar."""


@dataclass(frozen=True, slots=True)
class Lot:
    """`expired` sessions are neither used nor left; `expires_on` is the last valid day."""

    bought_on: date
    child: str | None
    total: int
    remaining: int
    expired: int
    status: str
    expires_on: date | None


@dataclass(frozen=True, slots=True)
class Lots:
    """`left_out` are older ones that were not read."""

    shown: Sequence[Lot]
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class UnpaidInvoice:
    """`due` is None under the freeze."""

    number: str
    month: Month
    partly_paid: bool
    due: Decimal | None
    currency: str


def left(catalogue: Catalogue, remaining: int, total: int) -> Markup:
    return catalogue.text("sessions-left", remaining=remaining, total=total)


def own_state(catalogue: Catalogue, remaining: int, total: int, *, low: bool) -> Message:
    """The parent's own answer to /lowpackages."""
    if not total:
        return Message(catalogue.text("no-package"))
    return Message(catalogue.text("low" if low else "not-low", left=left(catalogue, remaining, total)))


def low_alert_for_parent(catalogue: Catalogue, remaining: int, total: int) -> Markup:
    return catalogue.text("low", left=left(catalogue, remaining, total))


def low_alert_for_coordinator(catalogue: Catalogue, name: str, remaining: int, total: int) -> Markup:
    return catalogue.text("low-family", name=short(name), left=left(catalogue, remaining, total))


def balance_message(catalogue: Catalogue, lots: Lots, invoice: Markup) -> Message:
    """`invoice` says how the next one stands. Lots with something left come first, by their last valid day."""
    if not lots.shown:
        return Message(paragraphs(catalogue.text("no-package"), invoice))
    parts = [_heading(catalogue, lots.shown), *(_lot(catalogue, lot) for lot in sorted(lots.shown, key=_order))]
    if lots.left_out:
        parts.append(catalogue.text("more-lots", count=lots.left_out))
    return Message(paragraphs(*parts, invoice))


def next_invoice(catalogue: Catalogue, unpaid: Sequence[UnpaidInvoice], this_month: Month) -> Markup:
    """The oldest unpaid one, which is paid first."""
    heading = catalogue.text("invoice-heading")
    if not unpaid:
        return lines(heading, catalogue.text("invoice-to-come", month=catalogue.month(this_month)))
    oldest, *others = sorted(unpaid, key=lambda invoice: (invoice.month, invoice.number))
    said = [heading, _unpaid(catalogue, oldest)]
    if others:
        said.append(catalogue.text("invoices-more-unpaid", count=len(others)))
    return lines(*said)


def bar(remaining: int, total: int) -> str:
    """A cell is only full of what is left, and only empty of what is gone: the last session is never invisible."""
    full = min(-(-remaining * CELLS // total), CELLS - (remaining < total)) if remaining else 0
    return "▰" * full + "▱" * (CELLS - full)


def _heading(catalogue: Catalogue, lots: Sequence[Lot]) -> Markup:
    usable = [lot for lot in lots if lot.status == "ACTIVE"]
    if not usable:
        return catalogue.text("balance-nothing-left")
    total, remaining = sum(lot.total for lot in usable), sum(lot.remaining for lot in usable)
    return catalogue.text("balance-heading", left=left(catalogue, remaining, total))


def _order(lot: Lot) -> tuple[bool, int, int]:
    """As they are used; those that cannot be used after them, the latest bought first."""
    bought = lot.bought_on.toordinal()
    if lot.status == "ACTIVE":
        return False, (lot.expires_on or date.max).toordinal(), bought
    return True, -bought, 0


def _lot(catalogue: Catalogue, lot: Lot) -> Markup:
    bought = catalogue.day(lot.bought_on)
    heading = (
        catalogue.text("lot-heading", bought=bought)
        if lot.child is None
        else catalogue.text("lot-heading-of-child", bought=bought, child=short(lot.child))
    )
    state = left(catalogue, lot.remaining, lot.total)
    line = catalogue.text("lot-line", bar=bar(lot.remaining, lot.total), left=state)
    return lines(heading, line, _expiry(catalogue, lot))


def _expiry(catalogue: Catalogue, lot: Lot) -> Markup:
    if lot.status == "EXHAUSTED":
        return catalogue.text("lot-used-up")
    if lot.expires_on is None:
        return catalogue.text("lot-no-expiry")
    day = catalogue.day(lot.expires_on)
    if lot.status == "EXPIRED":
        return catalogue.text("lot-expired", day=day, sessions=lot.expired or lot.remaining)
    return catalogue.text("lot-until", day=day)


def _unpaid(catalogue: Catalogue, invoice: UnpaidInvoice) -> Markup:
    state = catalogue.text(
        "invoice-partly-paid" if invoice.partly_paid else "invoice-unpaid",
        number=invoice.number,
        month=catalogue.month(invoice.month),
    )
    return lines(state, catalogue.text("invoice-due", due=catalogue.money(invoice.due, invoice.currency)))
