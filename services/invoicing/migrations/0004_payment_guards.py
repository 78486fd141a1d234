"""What the database itself holds about payments: they are there for good, and what they paid is counted, not told."""

from tortoise import migrations

from shared.database.guards import Check, Consequence, Indexes, Locked, PerDialect, Refused, Together, Truncation

PAID = "(SELECT sum(amount_minor) FROM allocation WHERE invoice_id = NEW.{0})"
APPLIED = "(SELECT sum(amount_minor) FROM allocation WHERE payment_id = NEW.{0})"
RECORDED = (
    "id",
    "parent_id",
    "invoice_id",
    "amount_minor",
    "currency",
    "method",
    "reference",
    "recorded_at",
    "recorded_by",
)
OTHERWISE = " OR ".join(
    f"OLD.{column} <> NEW.{column} OR (OLD.{column} IS NULL) <> (NEW.{column} IS NULL)" for column in RECORDED
)

CHECKS = [
    Check(
        "payment",
        "payment_amount",
        "amount_minor > 0 AND applied_minor >= 0 AND applied_minor <= amount_minor",
        ["amount_minor", "applied_minor"],
    ),
    Check("allocation", "allocation_amount", "amount_minor > 0", ["amount_minor"]),
    Check(
        "invoice",
        "invoice_void",
        "(payment_status = 'VOID') = (void_reason IS NOT NULL)"
        " AND (payment_status = 'VOID') = (voided_at IS NOT NULL)"
        " AND (payment_status = 'VOID') = (voided_by IS NOT NULL)",
        ["payment_status", "void_reason", "voided_at", "voided_by"],
    ),
]
ALLOCATIONS = [
    Refused(
        "allocation_within_a_family",
        "BEFORE INSERT ON allocation",
        "NOT EXISTS (SELECT 1 FROM payment p JOIN invoice i ON i.parent_id = p.parent_id AND i.currency = p.currency"
        " WHERE p.id = NEW.payment_id AND i.id = NEW.invoice_id)",
    ),
    Consequence(
        "allocation_counted",
        "AFTER INSERT ON allocation",
        f"UPDATE payment SET applied_minor = {APPLIED.format('payment_id')} WHERE id = NEW.payment_id",
        f"UPDATE invoice SET paid_minor = {PAID.format('invoice_id')}, payment_status = CASE"
        f" WHEN {PAID.format('invoice_id')} < total_minor THEN 'PARTIALLY_PAID' ELSE 'PAID' END"
        " WHERE id = NEW.invoice_id",
    ),
    Refused(
        "payment_applied_is_counted",
        "BEFORE UPDATE OF applied_minor ON payment",
        f"NEW.applied_minor <> coalesce({APPLIED.format('id')}, 0)",
    ),
    Refused(
        "invoice_paid_is_counted",
        "BEFORE UPDATE OF paid_minor ON invoice",
        f"NEW.paid_minor <> coalesce({PAID.format('id')}, 0)",
    ),
    Refused(
        "invoice_void_for_good",
        "BEFORE UPDATE ON invoice",
        "OLD.payment_status = 'VOID' AND (NEW.payment_status <> 'VOID' OR NEW.void_reason <> OLD.void_reason"
        " OR NEW.voided_at <> OLD.voided_at OR NEW.voided_by <> OLD.voided_by)",
    ),
]
DOCUMENTS = [
    Consequence(
        "document_is_the_newest",
        "AFTER INSERT ON document",
        "UPDATE invoice SET document_version = NEW.version, document_status = NEW.status"
        " WHERE id = NEW.invoice_id AND document_version < NEW.version",
        when="NEW.version > 1",  # an invoice begins with its first one, queued
    ),
    Consequence(
        "document_status_counts",
        "AFTER UPDATE OF status ON document",
        "UPDATE invoice SET document_status = NEW.status"
        " WHERE id = NEW.invoice_id AND document_version = NEW.version AND document_status <> NEW.status",
    ),
]
FAR_SO = (
    "UPDATE invoice SET document_status = (SELECT d.status FROM document d"
    " WHERE d.invoice_id = invoice.id AND d.version = invoice.document_version)"
)


class Migration(migrations.Migration):
    dependencies = [("invoicing", "0003_payments")]

    operations = [
        Together(
            PerDialect(sqlite=[FAR_SO], postgres=[FAR_SO]),
            Indexes("CREATE INDEX payment_left ON payment (parent_id) WHERE applied_minor < amount_minor"),
            *CHECKS,
            *ALLOCATIONS,
            *DOCUMENTS,
            Locked("payment", "UPDATE", when=OTHERWISE),
            Locked("payment", "DELETE"),
            Locked("allocation"),
            Locked("audit_entry"),
            *(Truncation(table) for table in ("invoice", "payment", "allocation", "audit_entry")),
        )
    ]
