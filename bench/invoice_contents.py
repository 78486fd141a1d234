"""Invoices as families have them: ten sessions of two children, one named in Devanagari; a package, an add-on."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time
from babel.numbers import format_currency

from services.invoicing.document.build import Issue, invoice_document
from services.invoicing.document.model import ChildSessions, InvoiceDocument, Organisation, PaymentState
from services.invoicing.domain.payments import PaymentStatus
from shared.contracts.billing import (
    STATEMENTS_PER_PART,
    AmountLine,
    ChargeLine,
    CycleClosed,
    PackageUsage,
    Statement,
    UsageLine,
)
from shared.ids import new_id
from shared.money import Money, part_of
from shared.period import Month

MONTH = Month(2026, 10)
ZONE = ZoneInfo("Asia/Kolkata")
CURRENCY = "INR"
LOCALE = "en_IN"
CLOSED_AT = datetime(2026, 11, 1, 3, 0, tzinfo=UTC)
ORGANISATION = Organisation(
    "NIVAA Learning", ("2nd Floor, 14 Residency Road", "Bengaluru 560025, Karnataka"), "29ABCDE1234F1Z5"
)
CHILDREN = ("Ira Rao", "इरा क्षत्रिय")
SESSIONS = 10
FONTS = {
    "regular": "/usr/share/fonts/truetype/roboto/unhinted/RobotoTTF/Roboto-Regular.ttf",
    "bold": "/usr/share/fonts/truetype/roboto/unhinted/RobotoTTF/Roboto-Bold.ttf",
    "devanagari": "/usr/share/fonts/truetype/lohit-devanagari/Lohit-Devanagari.ttf",
}
"""What the style sheet of the invoice uses for these, where Debian puts it."""


def statement(ordinal: int) -> Statement:
    package_id, price_minor = new_id(), 45_000 + ordinal
    charges = [
        _charge("PACKAGE_PURCHASE", "Package of 20 sessions", package_id, 20, price_minor, 90_000),
        _charge("ADDON_SESSION", "Add-on session", None, 1, price_minor, 0),
    ]
    subtotal_minor = sum(charge.amount_minor for charge in charges)
    discount_minor = part_of(subtotal_minor, 500)
    return Statement(
        statement_id=new_id(),
        ordinal=ordinal,
        parent_id=new_id(),
        parent_name=f"Asha Rao {ordinal}",
        parent_email="asha@example.org",
        parent_phone="+91 98765 43210",
        children=list(CHILDREN),
        currency=CURRENCY,
        charges=charges,
        sessions=list(_sessions(price_minor)),
        packages=[_lot(package_id)],
        discounts=[AmountLine(label="Sibling discount 5 %", amount_minor=discount_minor)],
        taxes=[],
        subtotal_minor=subtotal_minor,
        discount_minor=discount_minor,
        tax_minor=0,
        total_minor=subtotal_minor - discount_minor,
    )


def closed_cycle(statement_count: int) -> Iterator[CycleClosed]:
    """The parts of a cycle of so many statements, as billing tells them."""
    cycle_id = new_id()
    parts = -(-statement_count // STATEMENTS_PER_PART)
    for part in range(1, parts + 1):
        first = (part - 1) * STATEMENTS_PER_PART + 1
        ordinals = range(first, min(first + STATEMENTS_PER_PART, statement_count + 1))
        yield CycleClosed(
            cycle_id=cycle_id,
            month=str(MONTH),
            closed_at=CLOSED_AT,
            part=part,
            parts=parts,
            statement_count=statement_count,
            statements=[statement(ordinal) for ordinal in ordinals],
        )


def document(ordinal: int) -> InvoiceDocument:
    said = statement(ordinal)
    issue = Issue(f"NV/2627/{ordinal:06}", date(2026, 11, 1), MONTH, ORGANISATION, ZONE)
    due = Money(said.total_minor, CURRENCY)
    return invoice_document(said, issue, PaymentState(PaymentStatus.UNPAID, Money(0, CURRENCY), due))


def as_words(invoice: InvoiceDocument) -> dict[str, object]:
    """Every word of the invoice, written out, for who has no typesetter."""
    return {
        "title": f"Invoice {invoice.number} · {invoice.parent.name}",
        "organisation": [invoice.organisation.name, *invoice.organisation.address, invoice.organisation.tax_number],
        "number": invoice.number,
        "parent": [invoice.parent.name, invoice.parent.email, invoice.parent.phone, f"Child: {CHILDREN[0]}"],
        "due": _money(invoice.payment.due),
        "charges": [
            [_day(each.day), each.description, str(each.quantity), _money(each.unit_price), _money(each.amount)]
            for each in invoice.charges
        ],
        "totals": [
            ["Subtotal", _money(invoice.totals.subtotal)],
            *([each.label, _money(each.amount)] for each in invoice.totals.discounts),
            ["Total", _money(invoice.totals.total)],
        ],
        "children": [_child(child) for child in invoice.sessions],
        "packages": [
            {"words": f"{each.child} {each.used} / {each.total} used", "share": each.used / each.total}
            for each in invoice.packages
        ],
        "foot": f"{invoice.organisation.name} · {invoice.number}",
    }


def _child(child: ChildSessions) -> dict[str, object]:
    return {
        "name": child.child,
        "sessions": [
            [
                format_date(each.starts_at, "EEE", LOCALE),
                _day(each.starts_at),
                f"{format_time(each.starts_at.timetz(), 'short', locale=LOCALE)} · {each.duration_minutes} min",
                each.tutor,
                each.coverage.capitalize(),
                _money(each.amount),
            ]
            for each in child.sessions
        ],
    }


def _sessions(price_minor: int) -> Iterator[UsageLine]:
    child_ids: Sequence[UUID] = [new_id() for _ in CHILDREN]
    for index in range(SESSIONS):
        is_addon = index == SESSIONS - 1
        yield UsageLine(
            session_id=new_id(),
            starts_at=datetime(2026, 10, 1, 4, 30, tzinfo=UTC) + timedelta(days=2 * index),
            duration_minutes=60,
            child_id=child_ids[index % 2],
            child_name=CHILDREN[index % 2],
            tutor_name="Meena Iyer",
            coverage="ADDON" if is_addon else "PACKAGE",
            amount_minor=price_minor if is_addon else 0,
            late_from=None,
        )


def _charge(
    kind: str, description: str, package_id: UUID | None, quantity: int, price_minor: int, reduction_minor: int
) -> ChargeLine:
    return ChargeLine(
        kind="PACKAGE_PURCHASE" if kind == "PACKAGE_PURCHASE" else "ADDON_SESSION",
        description=description,
        session_id=None,
        package_id=package_id,
        child_name=CHILDREN[0],
        date=date(2026, 10, 12),
        quantity=quantity,
        unit_price_minor=price_minor,
        reduction_minor=reduction_minor,
        amount_minor=quantity * price_minor - reduction_minor,
        discount_minor=0,
        tax_minor=0,
    )


def _lot(package_id: UUID) -> PackageUsage:
    return PackageUsage(
        package_id=package_id,
        child_name=CHILDREN[0],
        purchased_on=date(2026, 10, 12),
        expires_on=date(2027, 3, 31),
        total_sessions=20,
        used_sessions=SESSIONS - 1,
    )


def _money(amount: Money) -> str:
    return format_currency(amount.to_decimal(), amount.currency, locale=LOCALE)


def _day(day: date) -> str:
    return format_date(day, "medium", LOCALE)
