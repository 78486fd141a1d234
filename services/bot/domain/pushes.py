"""What the bot says without having been asked."""

from markupsafe import Markup

from services.bot.domain.balance import left, low_alert_for_coordinator, low_alert_for_parent
from services.bot.domain.catalogue import Catalogue
from services.bot.domain.notices import Fact
from services.bot.domain.replies import short
from shared.auth.viewer import Role
from shared.contracts.billing import PayoutPaid
from shared.contracts.invoicing import InvoiceIssued
from shared.contracts.packages import LowPackageRaised, LowPackageResolved
from shared.money import Money
from shared.period import Month


def push(catalogue: Catalogue, fact: Fact, role: Role, *, frozen: bool) -> Markup:
    """`frozen`: the beta freeze hides money from who is told."""
    match fact:
        case LowPackageRaised():
            return _low(catalogue, fact, role)
        case LowPackageResolved():
            return _low_no_more(catalogue, fact, role)
        case PayoutPaid():
            amount = _amount(catalogue, Money(fact.net_minor, fact.currency), frozen=frozen)
            month = catalogue.month(Month.parse(fact.month))
            return catalogue.text("push-payout-paid", month=month, amount=amount, reference=short(fact.reference))
        case InvoiceIssued():
            amount = _amount(catalogue, Money(fact.total_minor, fact.currency), frozen=frozen)
            month = catalogue.month(Month.parse(fact.month))
            return catalogue.text("push-invoice-issued", number=fact.number, month=month, amount=amount)


def _low(catalogue: Catalogue, fact: LowPackageRaised, role: Role) -> Markup:
    if role is Role.PARENT:
        return low_alert_for_parent(catalogue, fact.remaining, fact.total_sessions)
    return low_alert_for_coordinator(catalogue, fact.parent_name, fact.remaining, fact.total_sessions)


def _low_no_more(catalogue: Catalogue, fact: LowPackageResolved, role: Role) -> Markup:
    still_there = left(catalogue, fact.remaining, fact.total_sessions)
    if role is Role.PARENT:
        return catalogue.text("push-low-no-more", left=still_there)
    return catalogue.text("push-low-no-more-family", name=short(fact.parent_name), left=still_there)


def _amount(catalogue: Catalogue, money: Money, *, frozen: bool) -> Markup:
    return catalogue.money(None if frozen else money.to_decimal(), money.currency)
