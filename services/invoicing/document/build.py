"""From what billing said about a parent to what the invoice says. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from zoneinfo import ZoneInfo

from services.invoicing.document.model import (
    BilledParent,
    Charge,
    ChildSessions,
    InvoiceDocument,
    NamedAmount,
    Organisation,
    PackageBar,
    PaymentState,
    TaughtSession,
    Totals,
)
from services.invoicing.document.text import printable
from shared.contracts.billing import AmountLine, ChargeLine, PackageUsage, Statement, UsageLine
from shared.money import Money
from shared.period import Month


@dataclass(frozen=True, slots=True)
class Issue:
    """What issuing adds to a statement: its number, its date and whose letterhead it carries."""

    number: str
    issued_on: date
    month: Month
    organisation: Organisation
    zone: ZoneInfo


def invoice_document(statement: Statement, issue: Issue, payment: PaymentState) -> InvoiceDocument:
    currency = statement.currency
    return InvoiceDocument(
        organisation=issue.organisation,
        number=issue.number,
        issued_on=issue.issued_on,
        month=issue.month,
        parent=_parent(statement),
        charges=tuple(_charge(line, currency) for line in statement.charges),
        totals=_totals(statement),
        payment=payment,
        sessions=_sessions_by_child(statement.sessions, currency, issue.zone),
        packages=tuple(_package(usage) for usage in statement.packages),
    )


def _parent(statement: Statement) -> BilledParent:
    return BilledParent(
        name=printable(statement.parent_name),
        email=_optional(statement.parent_email),
        phone=_optional(statement.parent_phone),
        children=tuple(printable(child) for child in statement.children),
    )


def _charge(line: ChargeLine, currency: str) -> Charge:
    return Charge(
        kind=line.kind,
        description=printable(line.description),
        child=_optional(line.child_name),
        day=line.date,
        quantity=line.quantity,
        unit_price=Money(line.unit_price_minor, currency),
        reduction=Money(line.reduction_minor, currency),
        amount=Money(line.amount_minor, currency),
    )


def _totals(statement: Statement) -> Totals:
    return Totals(
        subtotal=Money(statement.subtotal_minor, statement.currency),
        discounts=_named(statement.discounts, statement.currency),
        taxes=_named(statement.taxes, statement.currency),
        total=Money(statement.total_minor, statement.currency),
    )


def _named(lines: Sequence[AmountLine], currency: str) -> tuple[NamedAmount, ...]:
    return tuple(NamedAmount(printable(line.label), Money(line.amount_minor, currency)) for line in lines)


def _sessions_by_child(lines: Sequence[UsageLine], currency: str, zone: ZoneInfo) -> tuple[ChildSessions, ...]:
    """Children by name, each with its sessions in order of time; two children of one name stay two."""
    ordered = sorted(lines, key=lambda line: (line.child_name, line.child_id, line.starts_at, line.session_id))
    return tuple(
        ChildSessions(printable(name), tuple(_session(line, currency, zone) for line in group))
        for (name, _), group in groupby(ordered, key=lambda line: (line.child_name, line.child_id))
    )


def _session(line: UsageLine, currency: str, zone: ZoneInfo) -> TaughtSession:
    return TaughtSession(
        starts_at=line.starts_at.astimezone(zone),
        duration_minutes=line.duration_minutes,
        tutor=printable(line.tutor_name),
        coverage=line.coverage,
        amount=Money(line.amount_minor, currency),
        late_from=Month.parse(line.late_from) if line.late_from else None,
    )


def _package(usage: PackageUsage) -> PackageBar:
    return PackageBar(
        child=_optional(usage.child_name),
        purchased_on=usage.purchased_on,
        expires_on=usage.expires_on,
        used=usage.used_sessions,
        total=usage.total_sessions,
    )


def _optional(text: str | None) -> str | None:
    return printable(text) if text else None
