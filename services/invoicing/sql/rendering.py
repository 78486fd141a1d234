"""Queueing documents, taking them from the queue and telling how they fared."""

QUEUE = """
    INSERT INTO document (id, invoice_id, version, payment_status, paid_minor, status, due_at, attempts)
    VALUES ($1, $2, $3, $4, $5, 'QUEUED', $6, 0)
"""

VERSIONS = """
    SELECT d.id, d.version, d.status, d.sha256, d.reason, i.number, i.month, i.document_version
    FROM document d JOIN invoice i ON i.id = d.invoice_id WHERE d.invoice_id = $1 ORDER BY d.version
"""
QUEUE_AGAIN = """
    UPDATE document SET status = 'QUEUED', due_at = $2, attempts = 0, reason = NULL, file_key = NULL, sha256 = NULL,
        size_bytes = NULL, rendered_at = NULL
    WHERE id = $1 AND status = $3 RETURNING id
"""

LEASE = """
    UPDATE document SET due_at = $2, attempts = attempts + 1 WHERE id IN (
        SELECT id FROM document WHERE status = 'QUEUED' AND due_at <= $1
        ORDER BY due_at, id LIMIT $3 FOR UPDATE SKIP LOCKED)
    RETURNING id
"""
LEASED = """
    SELECT d.id, d.version, d.attempts, d.payment_status, d.paid_minor,
        i.number, i.month, i.issued_at, i.total_minor, i.statement, i.cycle_id, b.letterhead
    FROM document d JOIN invoice i ON i.id = d.invoice_id JOIN number_block b ON b.cycle_id = i.cycle_id
    WHERE d.id = ANY($1::uuid[]) ORDER BY i.month, i.ordinal, d.version
"""
RENDERED = """
    UPDATE document SET status = 'RENDERED', file_key = $2, sha256 = $3, size_bytes = $4, rendered_at = $5,
        reason = NULL
    WHERE id = $1 AND status = 'QUEUED'
"""
PUT_OFF = "UPDATE document SET due_at = $2, reason = $3 WHERE id = $1 AND status = 'QUEUED'"
FAILED = "UPDATE document SET status = 'FAILED', reason = $2 WHERE id = $1 AND status = 'QUEUED'"
RETURNED = "UPDATE document SET due_at = $2, attempts = attempts - 1 WHERE id = $1 AND status = 'QUEUED'"

LOCK_BLOCK = "SELECT month FROM number_block WHERE cycle_id = $1 FOR NO KEY UPDATE"
PROGRESS = """
    SELECT document_status AS status, count(*) AS documents FROM invoice WHERE cycle_id = $1 GROUP BY document_status
"""
