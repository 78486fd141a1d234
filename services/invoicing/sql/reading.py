"""Invoices as clients ask for them."""

from dataclasses import dataclass

_MONTHS = 10_000_000_000
"""More than any month has invoices."""


def place_of(month: str, ordinal: str) -> str:
    """An invoice's place in the list as one number, in SQLite's words: 2026100000000123."""
    return f"CAST(replace({month}, '-', '') AS integer) * {_MONTHS} + {ordinal}"


@dataclass(frozen=True, slots=True)
class Invoices:
    """Where invoices `i` are read from, and in which order: the newest month first and in it the highest number.

    `after` continues behind a place in that order, like a month and an ordinal.
    """

    tables: str
    ordered: str
    after: str

    def listed(self, conditions: str, limit: int) -> str:
        return f"SELECT {_COLUMNS} FROM {self.tables} WHERE {conditions} {self.ordered} LIMIT {limit}"

    def counted(self, conditions: str) -> str:
        return f"SELECT count(*) AS invoices FROM {self.tables} WHERE {conditions}"


DUE_MINOR = (
    "CASE WHEN i.payment_status = 'VOID' OR i.paid_minor > i.total_minor THEN 0 ELSE i.total_minor - i.paid_minor END"
)
"""The rule of domain/payments.py."""
_COLUMNS = f"""
    {DUE_MINOR} AS due_minor,
    i.id, i.number, i.cycle_id, i.month, i.ordinal, i.parent_id, i.issued_at, i.currency,
    i.subtotal_minor, i.discount_minor, i.tax_minor, i.total_minor, i.payment_status, i.paid_minor,
    i.document_status, i.void_reason, i.voided_at
"""
INVOICES = Invoices("invoice i", "ORDER BY i.month DESC, i.ordinal DESC", "(i.month, i.ordinal) < ({}, {})")
FOUND_IN_SQLITE = Invoices(
    f"invoice_search f CROSS JOIN invoice i ON i.month = printf('%04d-%02d', f.rowid / {100 * _MONTHS},"
    f" f.rowid / {_MONTHS} % 100) AND i.ordinal = f.rowid % {_MONTHS}",
    "ORDER BY f.rowid DESC",
    f"f.rowid < {place_of('{}', '{}')}",
)
"""Through the full-text index, which gives what it finds in the order of its row numbers, the places."""
LARGEST_FIRST = {
    amount: (
        f"ORDER BY {amount} DESC, i.month DESC, i.ordinal DESC",
        f"({amount}, i.month, i.ordinal) < ({{}}, {{}}, {{}})",
    )
    for amount in (DUE_MINOR, "i.total_minor")
}
"""Instead of the newest first: how an order by an amount is written, and how it goes on."""
THESE = f"SELECT {_COLUMNS} FROM invoice i"
STATEMENTS = "SELECT id, statement FROM invoice WHERE id = ANY($1::uuid[])"
RENDERED_FILES = """
    SELECT d.invoice_id, d.version, d.file_key, d.sha256, i.number
    FROM document d JOIN invoice i ON i.id = d.invoice_id
    WHERE d.invoice_id = ANY($1::uuid[]) AND d.status = 'RENDERED' ORDER BY d.version
"""
OUTSTANDING = """
    SELECT parent_id, sum(total_minor - paid_minor)::bigint AS outstanding_minor FROM invoice
    WHERE parent_id = ANY($1::uuid[]) AND payment_status IN ('UNPAID', 'PARTIALLY_PAID') GROUP BY parent_id
"""
CREDIT = """
    SELECT parent_id, sum(amount_minor - applied_minor)::bigint AS credit_minor FROM payment
    WHERE parent_id = ANY($1::uuid[]) AND applied_minor < amount_minor GROUP BY parent_id
"""
PAYMENTS = """
    SELECT p.id, p.parent_id, p.invoice_id, p.amount_minor, p.currency, p.method, p.reference, p.recorded_at,
        p.recorded_by, p.applied_minor
    FROM payment p
"""
ALLOCATIONS = """
    SELECT a.id, a.payment_id, a.invoice_id, a.amount_minor, a.applied_at, p.currency, p.method, p.reference,
        p.recorded_at
    FROM allocation a JOIN payment p ON p.id = a.payment_id
"""
DOCUMENT_COUNTS = "SELECT i.cycle_id, i.document_status, count(*) AS documents FROM invoice i"
DOCUMENTS = """
    SELECT d.id, d.invoice_id, d.version, d.status, d.payment_status, d.attempts, d.reason, d.rendered_at, d.due_at,
        d.file_key, d.sha256
    FROM document d
"""
