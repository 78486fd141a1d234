from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("billing", "0006_document_progress")]

    initial = False

    operations = [
        ops.CreateModel(
            name="Renewal",
            fields=[
                ("package_id", fields.UUIDField(primary_key=True, unique=True, db_index=True)),
                ("expires_on", fields.DateField(null=True)),
                ("renewed_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "renewal",
                "app": "billing",
                "pk_attr": "package_id",
                "table_description": "The last valid day that a package has instead of the one of its purchase. It may come before the purchase.",
            },
            bases=["Model"],
        ),
    ]
