"""Reserving numbers and writing invoices."""

BLOCK = "SELECT financial_year, first_number, statement_count FROM number_block WHERE cycle_id = $1"

OPEN_SERIES = "INSERT INTO number_series (financial_year, next_number) VALUES ($1, 1) ON CONFLICT DO NOTHING"
LOCK_SERIES = "SELECT next_number FROM number_series WHERE financial_year = $1 FOR UPDATE"
ADVANCE_SERIES = "UPDATE number_series SET next_number = next_number + $2 WHERE financial_year = $1"
RESERVE_BLOCK = """
    INSERT INTO number_block (cycle_id, month, financial_year, first_number, statement_count, letterhead, closed_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
"""

ISSUED_ORDINALS = "SELECT ordinal FROM invoice WHERE cycle_id = $1 AND ordinal = ANY($2::int[])"
ISSUE = """
    INSERT INTO invoice (id, number, cycle_id, month, ordinal, statement_id, parent_id, issued_at, currency,
        subtotal_minor, discount_minor, tax_minor, total_minor, statement, search_text,
        payment_status, paid_minor, document_version)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, 0, 1)
"""
