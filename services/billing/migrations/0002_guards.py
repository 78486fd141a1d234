"""What Tortoise does not create: checks, partial unique indexes, and the locks on what a close has written."""

from tortoise import migrations

from shared.database.guards import Check, Indexes, Locked, Together

APPEND_ONLY = ["approval", "reversal", "purchase", "seal", "adjustment", "payout_deduction", "audit_entry"]
WRITTEN_BY_A_CLOSE = ["statement", "statement_line", "payout_line"]
PAYOUT_AMOUNTS = [
    "id",
    "cycle_id",
    "tutor_id",
    "currency",
    "rate_minor",
    "sessions_completed",
    "addon_sessions",
    "gross_minor",
    "deductions_minor",
    "net_minor",
]
AMOUNTS_CHANGE = " OR ".join(f"OLD.{column} <> NEW.{column}" for column in PAYOUT_AMOUNTS)

CHECKS = [
    Check("person", "person_kind", "kind IN ('PARENT', 'CHILD', 'TUTOR')", ["kind"]),
    Check(
        "approval",
        "approval_coverage",
        "price_minor >= 0 AND (coverage IN ('ADDON', 'OVERAGE') AND package_id IS NULL"
        " OR coverage = 'PACKAGE' AND package_id IS NOT NULL AND price_minor = 0)",
        ["price_minor", "coverage", "package_id"],
    ),
    Check(
        "purchase",
        "purchase_cost",
        "total_sessions > 0 AND price_per_session_minor >= 0"
        " AND discount_minor BETWEEN 0 AND total_sessions * price_per_session_minor",
        ["total_sessions", "price_per_session_minor", "discount_minor"],
    ),
    Check(
        "tutor_rate",
        "tutor_rate_not_negative",
        "rate_minor >= 0 AND (addon_rate_minor IS NULL OR addon_rate_minor >= 0)",
        ["rate_minor", "addon_rate_minor"],
    ),
    Check(
        "discount_rule",
        "discount_rule_size",
        "size > 0 AND (kind = 'FIXED' OR kind = 'PERCENT' AND size <= 10000)",
        ["size", "kind"],
    ),
    Check("payout_deduction", "payout_deduction_positive", "amount_minor > 0", ["amount_minor"]),
    Check("adjustment", "adjustment_not_zero", "amount_minor <> 0", ["amount_minor"]),
    Check(
        "billing_cycle",
        "billing_cycle_status",
        "status IN ('OPEN', 'CLOSING') AND closed_at IS NULL OR status = 'CLOSED' AND closed_at IS NOT NULL"
        " AND closed_by IS NOT NULL AND sessions_counted IS NOT NULL AND statements_count IS NOT NULL"
        " AND payouts_count IS NOT NULL AND invoiced_minor IS NOT NULL AND payout_minor IS NOT NULL"
        " AND sha256 IS NOT NULL",
        [
            "status",
            "closed_at",
            "closed_by",
            "sessions_counted",
            "statements_count",
            "payouts_count",
            "invoiced_minor",
            "payout_minor",
            "sha256",
        ],
    ),
    Check(
        "statement",
        "statement_total",
        "total_minor = subtotal_minor - discount_minor + tax_minor AND discount_minor >= 0 AND tax_minor >= 0",
        ["total_minor", "subtotal_minor", "discount_minor", "tax_minor"],
    ),
    Check(
        "statement_line",
        "statement_line_amount",
        "amount_minor = quantity * unit_price_minor - reduction_minor AND (kind = 'ADJUSTMENT' OR amount_minor >= 0)",
        ["amount_minor", "quantity", "unit_price_minor", "reduction_minor", "kind"],
    ),
    Check(
        "payout",
        "payout_net",
        "net_minor = gross_minor - deductions_minor AND addon_sessions BETWEEN 0 AND sessions_completed",
        ["net_minor", "gross_minor", "deductions_minor", "addon_sessions", "sessions_completed"],
    ),
    Check(
        "payout",
        "payout_status",
        "status IN ('PENDING', 'PROCESSED')"
        " OR status = 'PAID' AND reference IS NOT NULL AND paid_at IS NOT NULL AND paid_by IS NOT NULL",
        ["status", "reference", "paid_at", "paid_by"],
    ),
    Check(
        "payout_line",
        "payout_line_kind",
        "kind IN ('SESSION', 'ADDON_SESSION', 'ADJUSTMENT') AND session_id IS NOT NULL AND deduction_id IS NULL"
        " OR kind = 'DEDUCTION' AND session_id IS NULL AND deduction_id IS NOT NULL",
        ["kind", "session_id", "deduction_id"],
    ),
]

UNIQUE = Indexes(
    "CREATE UNIQUE INDEX statement_line_session ON statement_line (session_id) WHERE kind <> 'ADJUSTMENT'",
    "CREATE UNIQUE INDEX statement_line_purchase ON statement_line (package_id) WHERE kind = 'PACKAGE_PURCHASE'",
    "CREATE UNIQUE INDEX statement_line_reversal ON statement_line (session_id) WHERE kind = 'ADJUSTMENT'",
    "CREATE UNIQUE INDEX payout_line_session ON payout_line (session_id) WHERE kind IN ('SESSION', 'ADDON_SESSION')",
    "CREATE UNIQUE INDEX payout_line_reversal ON payout_line (session_id) WHERE kind = 'ADJUSTMENT'",
)

LOCKS = [
    *(Locked(table) for table in [*APPEND_ONLY, *WRITTEN_BY_A_CLOSE]),
    Locked("payout", "DELETE"),
    Locked("payout", "UPDATE", when=f"OLD.status = 'PAID' OR {AMOUNTS_CHANGE}"),
    Locked("billing_cycle", when="OLD.status = 'CLOSED'"),
]


class Migration(migrations.Migration):
    dependencies = [("billing", "0001_initial")]

    operations = [Together(*CHECKS, UNIQUE, *LOCKS)]
