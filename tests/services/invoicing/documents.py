"""Invoice documents for the tests of the document, and what a PDF of them says."""

from datetime import date
from zoneinfo import ZoneInfo

import pypdfium2  # type: ignore[import-untyped]

from services.invoicing.document.build import Issue, invoice_document
from services.invoicing.document.model import InvoiceDocument, Organisation, PaymentState
from services.invoicing.domain.payments import PaymentStatus
from shared.contracts.billing import Statement
from shared.money import Money
from shared.period import Month

ORGANISATION = Organisation(
    name="NIVAA Learning",
    address=("2nd Floor, 14 Residency Road", "Bengaluru 560025, Karnataka", "India"),
    tax_number="29ABCDE1234F1Z5",
)
ZONE = ZoneInfo("Asia/Kolkata")
ISSUE = Issue("NV/2627/000123", date(2026, 11, 1), Month(2026, 10), ORGANISATION, ZONE)


def a_document(statement: Statement) -> InvoiceDocument:
    due = Money(statement.total_minor, statement.currency)
    return invoice_document(statement, ISSUE, PaymentState(PaymentStatus.UNPAID, Money(0, statement.currency), due))


def texts(pdf: bytes) -> list[str]:
    """The text of each page."""
    with pypdfium2.PdfDocument(pdf) as opened:
        return [page.get_textpage().get_text_bounded() for page in opened]
