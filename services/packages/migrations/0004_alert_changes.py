from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from shared.database.guards import Locked, PerDialect

KEPT = (
    "parent_id",
    "remaining",
    "total_sessions",
    "raised_at",
    "resolved_at",
    "acknowledged_at",
    "acknowledged_by",
)
COLUMNS = ", ".join(("alert_id", *KEPT, "transaction_id"))
VALUES = ", ".join(f"NEW.{column}" for column in ("id", *KEPT))
EVENTS = {
    "raised": "INSERT ON low_package_alert WHEN (true)",
    "resolved": "UPDATE OF resolved_at ON low_package_alert"
    " WHEN (OLD.resolved_at IS NULL AND NEW.resolved_at IS NOT NULL)",
    "acknowledged": "UPDATE OF acknowledged_at ON low_package_alert"
    " WHEN (OLD.acknowledged_at IS NULL AND NEW.acknowledged_at IS NOT NULL)",
}


class Migration(migrations.Migration):
    dependencies = [("packages", "0003_audit_amounts")]

    initial = False

    operations = [
        ops.CreateModel(
            name="AlertChange",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("alert_id", fields.UUIDField()),
                ("parent_id", fields.UUIDField()),
                ("remaining", fields.IntField()),
                ("total_sessions", fields.IntField()),
                ("raised_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("resolved_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("acknowledged_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("acknowledged_by", fields.CharField(null=True, max_length=200)),
                ("transaction_id", fields.BigIntField(db_index=True)),
            ],
            options={
                "table": "alert_change",
                "app": "packages",
                "pk_attr": "id",
                "table_description": "An alert as it was raised, acknowledged or resolved; a trigger writes it down beside each of these changes.",
            },
            bases=["Model"],
        ),
        PerDialect(
            sqlite=[
                f"CREATE TRIGGER alert_{name} AFTER {event} BEGIN"
                f" INSERT INTO alert_change ({COLUMNS}) VALUES ({VALUES}, 0); END;"
                for name, event in EVENTS.items()
            ],
            postgres=[
                f"""
                CREATE FUNCTION note_alert_change() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    INSERT INTO alert_change ({COLUMNS}) VALUES ({VALUES}, pg_current_xact_id()::text::bigint);
                    RETURN NULL;
                END $$
                """,
                *(
                    f"CREATE TRIGGER alert_{name} AFTER {event.replace('WHEN', 'FOR EACH ROW WHEN')}"
                    " EXECUTE FUNCTION note_alert_change()"
                    for name, event in EVENTS.items()
                ),
            ],
        ),
        Locked("alert_change"),
    ]
