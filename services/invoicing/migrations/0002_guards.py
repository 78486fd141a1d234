"""What Tortoise does not create: checks, partial indexes, and the locks on what issuing has written."""

from tortoise import migrations

from shared.database.guards import Check, Indexes, Locked, Together

WRITTEN_BY_ISSUING = [
    "id",
    "number",
    "cycle_id",
    "month",
    "ordinal",
    "statement_id",
    "parent_id",
    "issued_at",
    "currency",
    "subtotal_minor",
    "discount_minor",
    "tax_minor",
    "total_minor",
    "statement",
]
ISSUED_CHANGES = " OR ".join(f"OLD.{column} <> NEW.{column}" for column in WRITTEN_BY_ISSUING)

CHECKS = [
    Check(
        "number_block",
        "number_block_not_empty",
        "first_number >= 1 AND statement_count >= 1",
        ["first_number", "statement_count"],
    ),
    Check(
        "invoice",
        "invoice_total",
        "total_minor = subtotal_minor - discount_minor + tax_minor",
        ["total_minor", "subtotal_minor", "discount_minor", "tax_minor"],
    ),
    Check(
        "invoice",
        "invoice_paid",
        "paid_minor >= 0 AND (paid_minor = 0 OR paid_minor <= total_minor)"
        " AND (payment_status = 'UNPAID' AND paid_minor = 0 AND total_minor > 0"
        " OR payment_status = 'PARTIALLY_PAID' AND paid_minor > 0 AND paid_minor < total_minor"
        " OR payment_status = 'PAID' AND paid_minor >= total_minor"
        " OR payment_status = 'VOID' AND paid_minor = 0)",
        ["paid_minor", "total_minor", "payment_status"],
    ),
    Check(
        "document",
        "document_status",
        "status = 'QUEUED' AND sha256 IS NULL OR status = 'FAILED' AND sha256 IS NULL AND reason IS NOT NULL"
        " OR status = 'RENDERED' AND file_key IS NOT NULL AND sha256 IS NOT NULL AND size_bytes IS NOT NULL"
        " AND rendered_at IS NOT NULL",
        ["status", "sha256", "reason", "file_key", "size_bytes", "rendered_at"],
    ),
    Check("parent_account", "parent_account_credit", "credit_minor >= 0", ["credit_minor"]),
]


class Migration(migrations.Migration):
    dependencies = [("invoicing", "0001_initial")]

    operations = [
        Together(
            *CHECKS,
            Locked("number_block"),
            Locked("invoice", "UPDATE", when=ISSUED_CHANGES),
            Locked("invoice", "DELETE"),
            Indexes(
                "CREATE INDEX document_queue ON document (due_at, id) WHERE status = 'QUEUED'",
                "CREATE INDEX invoice_outstanding ON invoice (parent_id)"
                " WHERE payment_status IN ('UNPAID', 'PARTIALLY_PAID')",
            ),
        )
    ]
