"""Documents that were rendered, in an order that stands."""

COUNT = "SELECT count(*) AS documents FROM document WHERE status = 'RENDERED'"
RENDERED = """
    SELECT d.id, d.version, d.file_key, d.sha256, i.number FROM document d JOIN invoice i ON i.id = d.invoice_id
    WHERE d.status = 'RENDERED' AND d.id > $1 ORDER BY d.id LIMIT $2
"""
PARKED = """
    SELECT i.number, d.version, d.attempts, d.reason FROM document d JOIN invoice i ON i.id = d.invoice_id
    WHERE d.status = 'FAILED' ORDER BY d.due_at, d.id
"""
