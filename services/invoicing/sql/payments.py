"""Payments, and what invoices get of them. The database counts what is paid and applied (migrations/0004)."""

OPEN_ACCOUNTS = """
    INSERT INTO parent_account (parent_id)
    SELECT found.parent_id FROM (SELECT unnest($1::uuid[]) AS parent_id) AS found WHERE true ON CONFLICT DO NOTHING
"""
IS_KNOWN = "SELECT parent_id FROM parent_account WHERE parent_id = $1"
LOCK_ACCOUNTS = """
    SELECT parent_id FROM parent_account WHERE parent_id = ANY($1::uuid[]) ORDER BY parent_id FOR NO KEY UPDATE
"""

RECORD = """
    INSERT INTO payment (id, parent_id, invoice_id, amount_minor, currency, method, reference, recorded_at, recorded_by,
        applied_minor)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0)
"""
LEFT = """
    SELECT id, parent_id, currency, amount_minor - applied_minor AS left_minor FROM payment
    WHERE parent_id = ANY($1::uuid[]) AND applied_minor < amount_minor ORDER BY recorded_at, id
"""
DUE = """
    SELECT id, total_minor - paid_minor AS due_minor FROM invoice
    WHERE parent_id = $1 AND currency = $2 AND payment_status IN ('UNPAID', 'PARTIALLY_PAID') ORDER BY month, ordinal
"""
ALLOCATE = "INSERT INTO allocation (id, payment_id, invoice_id, amount_minor, applied_at) VALUES ($1, $2, $3, $4, $5)"

STATES = """
    SELECT id, number, cycle_id, statement_id, parent_id, month, ordinal, currency, total_minor, paid_minor,
        payment_status, document_version
    FROM invoice WHERE id = ANY($1::uuid[]) ORDER BY month, ordinal
"""
VOID = """
    UPDATE invoice SET payment_status = 'VOID', void_reason = $2, voided_at = $3, voided_by = $4 WHERE id = $1
"""
