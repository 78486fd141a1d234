"""A closed cycle takes no more rows, a payout's steps go one way, and nothing locked can be emptied, whoever writes."""

from tortoise import migrations

from shared.database.guards import Check, Complete, Locked, Together, Truncation

LOCKED = [
    *("approval", "reversal", "purchase", "seal", "adjustment", "payout_deduction", "audit_entry"),
    *("billing_cycle", "statement", "statement_line", "payout", "payout_line"),
]
CLOSED = "SELECT 1 FROM billing_cycle c WHERE c.id = {row}.cycle_id AND c.status = 'CLOSED'"
STATEMENT_CLOSED = """
    SELECT 1 FROM statement s JOIN billing_cycle c ON c.id = s.cycle_id
     WHERE s.id = {row}.statement_id AND c.status = 'CLOSED'
"""
PAYOUT_CLOSED = """
    SELECT 1 FROM payout p JOIN billing_cycle c ON c.id = p.cycle_id
     WHERE p.id = {row}.payout_id AND c.status = 'CLOSED'
"""
BACK_OR_SKIPPED = (
    "OLD.status = 'PROCESSED' AND NEW.status = 'PENDING' OR OLD.status = 'PENDING' AND NEW.status = 'PAID'"
)


class Migration(migrations.Migration):
    dependencies = [("billing", "0003_audit_amounts")]

    operations = [
        Together(
            Complete("statement", CLOSED),
            Complete("statement_line", STATEMENT_CLOSED),
            Complete("payout", CLOSED),
            Complete("payout_line", PAYOUT_CLOSED),
            Locked("payout", "UPDATE", when=BACK_OR_SKIPPED, name="one_way"),
            Check(
                "payout",
                "payout_processed",
                "status = 'PENDING' OR processed_at IS NOT NULL AND processed_by IS NOT NULL",
                ["status", "processed_at", "processed_by"],
            ),
            *map(Truncation, LOCKED),
        )
    ]
