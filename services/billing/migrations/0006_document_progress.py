from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("billing", "0005_charges_by_parent")]

    initial = False

    operations = [
        ops.CreateModel(
            name="DocumentProgress",
            fields=[
                ("cycle_id", fields.UUIDField(primary_key=True, unique=True, db_index=True)),
                ("queued", fields.IntField()),
                ("rendered", fields.IntField()),
                ("failed", fields.IntField()),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "document_progress",
                "app": "billing",
                "pk_attr": "cycle_id",
                "table_description": "How far invoicing has come with a cycle's documents: its latest word by `at`.",
            },
            bases=["Model"],
        ),
    ]
