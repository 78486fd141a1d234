from tortoise import migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from shared.database.guards import Indexes


class Migration(migrations.Migration):
    dependencies = [("packages", "0004_alert_changes")]

    initial = False

    operations = [
        ops.AddIndex(
            model_name="LowPackageAlert",
            index=Index(fields=["raised_at", "id"]),
        ),
        ops.AddIndex(
            model_name="Session",
            index=Index(fields=["starts_at", "id"]),
        ),
        ops.AddIndex(
            model_name="SessionPackage",
            index=Index(fields=["purchased_at", "id"]),
        ),
        Indexes(
            "CREATE INDEX low_package_alert_left ON low_package_alert (remaining, raised_at, id) WHERE resolved_at IS NULL"
        ),
    ]
