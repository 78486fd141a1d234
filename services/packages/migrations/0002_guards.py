from tortoise import migrations

from shared.database.guards import Check, Indexes, Locked, Together

LOT = ("total_sessions", "used_sessions", "expired_sessions", "price_per_session_minor", "discount_minor", "goodwill")
SEALED = ("sealed_at", "approvals", "reversals", "purchases", "sum_minor")


class Migration(migrations.Migration):
    dependencies = [("packages", "0001_initial")]

    operations = [
        Together(
            Check("person", "person_kind", "kind IN ('PARENT', 'CHILD', 'TUTOR')", ["kind"]),
            Check(
                "person", "person_child_has_parent", "(kind = 'CHILD') = (parent_id IS NOT NULL)", ["kind", "parent_id"]
            ),
            Check("package_offer", "package_offer_size", "total_sessions > 0", ["total_sessions"]),
            Check("package_offer", "package_offer_price", "price_per_session_minor >= 0", ["price_per_session_minor"]),
            Check("session_package", "session_package_size", "total_sessions > 0", LOT),
            Check(
                "session_package",
                "session_package_used",
                "used_sessions >= 0 AND expired_sessions >= 0 AND used_sessions + expired_sessions <= total_sessions",
                LOT,
            ),
            Check(
                "session_package",
                "session_package_cost",
                "price_per_session_minor >= 0 AND discount_minor >= 0"
                " AND discount_minor <= total_sessions * price_per_session_minor",
                LOT,
            ),
            Check("session_package", "session_package_goodwill", "NOT goodwill OR price_per_session_minor = 0", LOT),
            Check("session", "session_duration", "duration_minutes > 0", ["duration_minutes"]),
            Check(
                "session",
                "session_addon_price",
                "addon_price_minor IS NULL OR addon_price_minor >= 0",
                ["addon_price_minor"],
            ),
            Check("session", "session_status", "status IN ('LOGGED', 'APPROVED', 'REJECTED', 'REVERSED')", ["status"]),
            Check(
                "coverage",
                "coverage_kind",
                "kind IN ('PACKAGE', 'ADDON', 'OVERAGE') AND (kind = 'PACKAGE') = (package_id IS NOT NULL)",
                ["kind", "package_id"],
            ),
            Check(
                "coverage",
                "coverage_price",
                "price_minor >= 0 AND (kind <> 'PACKAGE' OR price_minor = 0)",
                ["kind", "price_minor"],
            ),
            Check(
                "movement",
                "movement_sessions",
                "(kind IN ('PURCHASED', 'REINSTATED') AND sessions > 0) OR (kind = 'EXPIRED' AND sessions < 0)"
                " OR (kind = 'USED' AND sessions = -1) OR (kind = 'RETURNED' AND sessions = 1)",
                ["kind", "sessions"],
            ),
            Check(
                "movement",
                "movement_session",
                "(kind IN ('USED', 'RETURNED')) = (session_id IS NOT NULL)",
                ["kind", "session_id"],
            ),
            Check(
                "period",
                "period_sealed",
                "sealed_at IS NULL OR (approvals IS NOT NULL AND reversals IS NOT NULL"
                " AND purchases IS NOT NULL AND sum_minor IS NOT NULL)",
                SEALED,
            ),
            Locked("coverage"),
            Locked("reversal"),
            Locked("movement"),
            Locked("audit_entry"),
            Indexes(
                "CREATE UNIQUE INDEX person_external_ref ON person (kind, external_ref) WHERE external_ref IS NOT NULL",
                "CREATE UNIQUE INDEX session_external_ref ON session (external_ref) WHERE external_ref IS NOT NULL",
                "CREATE UNIQUE INDEX movement_session_once ON movement (session_id, kind) WHERE session_id IS NOT NULL",
                "CREATE UNIQUE INDEX low_package_alert_open ON low_package_alert (parent_id) WHERE resolved_at IS NULL",
                "CREATE INDEX session_package_left ON session_package (expires_on) WHERE used_sessions + expired_sessions < total_sessions",
            ),
        )
    ]
