"""Invoices as clients ask for them."""

INVOICES = """
    SELECT i.id, i.number, i.cycle_id, i.month, i.ordinal, i.parent_id, i.issued_at, i.currency,
        i.subtotal_minor, i.discount_minor, i.tax_minor, i.total_minor, i.payment_status, i.paid_minor,
        d.status AS document_status
    FROM invoice i JOIN document d ON d.invoice_id = i.id AND d.version = i.document_version
"""
NEWEST_FIRST = "ORDER BY i.month DESC, i.ordinal DESC"
COUNT = """
    SELECT count(*) AS invoices
    FROM invoice i JOIN document d ON d.invoice_id = i.id AND d.version = i.document_version
"""
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
CREDIT = "SELECT parent_id, credit_minor FROM parent_account WHERE parent_id = ANY($1::uuid[])"
DOCUMENT_COUNTS = """
    SELECT i.cycle_id, d.status, count(*) AS documents
    FROM invoice i JOIN document d ON d.invoice_id = i.id AND d.version = i.document_version
"""
