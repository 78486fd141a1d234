"""What Tortoise does not create: checks, partial indexes, and the locks on what issuing has written."""

from tortoise import migrations
from tortoise.migrations import operations as ops

from shared.database.migrations import Check, PerDialect

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

MAKE_REFUSAL = PerDialect(
    sqlite=[],
    postgres=[
        """
        CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION '% is locked', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation'; END $$
        """
    ],
)


def refuse(table: str, event: str, when: str = "") -> PerDialect:
    """The database itself refuses the event on every row, or on the rows where `when` holds."""
    name, condition = f"{table}_{event.lower()}_locked", f"WHEN ({when})" if when else ""
    trigger = f"CREATE TRIGGER {name} BEFORE {event} ON {table}"
    return PerDialect(
        sqlite=[f"{trigger} {condition} BEGIN SELECT RAISE(ABORT, '{table} is locked'); END;"],
        postgres=[f"{trigger} FOR EACH ROW {condition} EXECUTE FUNCTION refuse_change()"],
    )


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
        *CHECKS,
        MAKE_REFUSAL,
        refuse("number_block", "UPDATE"),
        refuse("number_block", "DELETE"),
        refuse("invoice", "UPDATE", when=ISSUED_CHANGES),
        refuse("invoice", "DELETE"),
        ops.RunSQL("CREATE INDEX document_queue ON document (due_at, id) WHERE status = 'QUEUED'"),
        ops.RunSQL(
            "CREATE INDEX invoice_outstanding ON invoice (parent_id)"
            " WHERE payment_status IN ('UNPAID', 'PARTIALLY_PAID')"
        ),
    ]
