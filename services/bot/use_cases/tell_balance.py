"""Tells a parent how each of their packages stands, and the next invoice."""

from datetime import date, datetime
from decimal import Decimal

import structlog
from markupsafe import Markup

from services.bot.asking import Answer
from services.bot.conversation import Conversation
from services.bot.domain.balance import Lot, Lots, UnpaidInvoice, balance_message, next_invoice
from services.bot.domain.messages import Message
from shared.auth.viewer import Role
from shared.errors import NotFound, UpstreamUnavailable
from shared.period import Month, local_date

log = structlog.get_logger()

_UNPAID = {"UNPAID", "PARTIALLY_PAID"}


class _Child(Answer, frozen=True):
    name: str


class _Lot(Answer, frozen=True):
    child: _Child | None
    total_sessions: int
    remaining: int
    expired_sessions: int
    status: str
    purchased_at: datetime
    expires_on: date | None


class _Lots(Answer, frozen=True):
    total_count: int
    nodes: list[_Lot]


class _Owner(Answer, frozen=True):
    session_packages: _Lots


class _LotsAnswer(Answer, frozen=True):
    parent: _Owner | None


class _Due(Answer, frozen=True):
    amount: Decimal | None
    currency: str


class _Invoice(Answer, frozen=True):
    number: str
    month: str
    payment_status: str
    amount_due: _Due


class _Invoices(Answer, frozen=True):
    nodes: list[_Invoice]


class _Payer(Answer, frozen=True):
    invoices: _Invoices


class _InvoicesAnswer(Answer, frozen=True):
    parent: _Payer | None


async def tell_balance(conversation: Conversation) -> Message:
    """Without invoices the packages are told all the same. Raises NotFound when there is no such parent any more."""
    person, catalogue = conversation.person, conversation.catalogue
    if person.role is not Role.PARENT:
        return Message(catalogue.text("for-parents-only"))
    owner = (await conversation.ask("lots", {"parent": person.subject}, _LotsAnswer)).parent
    if owner is None:
        raise NotFound(f"no parent {person.subject}")
    try:
        invoice = await _next_invoice(conversation)
    except UpstreamUnavailable as error:
        log.warning("balance without invoices", subject=person.subject, error=error.message)
        invoice = catalogue.text("invoice-not-known")
    return balance_message(catalogue, _lots(conversation, owner.session_packages), invoice)


async def _next_invoice(conversation: Conversation) -> Markup:
    person = conversation.person
    payer = (await conversation.ask("invoices", {"parent": person.subject}, _InvoicesAnswer)).parent
    invoices = payer.invoices.nodes if payer else []
    unpaid = [_unpaid(invoice) for invoice in invoices if invoice.payment_status in _UNPAID]
    return next_invoice(conversation.catalogue, unpaid, Month.of(conversation.today))


def _lots(conversation: Conversation, lots: _Lots) -> Lots:
    return Lots([_lot(conversation, lot) for lot in lots.nodes], lots.total_count - len(lots.nodes))


def _lot(conversation: Conversation, lot: _Lot) -> Lot:
    return Lot(
        bought_on=local_date(lot.purchased_at, conversation.zone),
        child=lot.child.name if lot.child else None,
        total=lot.total_sessions,
        remaining=lot.remaining,
        expired=lot.expired_sessions,
        status=lot.status,
        expires_on=lot.expires_on,
    )


def _unpaid(invoice: _Invoice) -> UnpaidInvoice:
    return UnpaidInvoice(
        number=invoice.number,
        month=Month.parse(invoice.month),
        partly_paid=invoice.payment_status == "PARTIALLY_PAID",
        due=invoice.amount_due.amount,
        currency=invoice.amount_due.currency,
    )
