"""A month's invoices in the order of their numbers, a page after an ordinal."""

HAS_INVOICES = "SELECT 1 AS one FROM invoice WHERE month = $1 LIMIT 1"
INVOICES = """
    SELECT number, month, ordinal, issued_at, currency, subtotal_minor, discount_minor, tax_minor, total_minor,
        paid_minor, payment_status, document_status, void_reason, statement
    FROM invoice WHERE month = $1 AND ordinal > $2 ORDER BY ordinal LIMIT $3
"""
FILES = """
    SELECT i.number, i.ordinal, i.document_status, d.version, d.file_key, d.sha256
    FROM invoice i LEFT JOIN document d ON d.invoice_id = i.id AND d.version = (
        SELECT max(version) FROM document WHERE invoice_id = i.id AND status = 'RENDERED')
    WHERE i.month = $1 AND i.ordinal > $2 ORDER BY i.ordinal LIMIT $3
"""
