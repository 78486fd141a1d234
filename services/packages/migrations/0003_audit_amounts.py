from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("packages", "0002_guards")]

    initial = False

    operations = [
        ops.AddField(
            model_name="AuditEntry",
            name="amount_minor",
            field=fields.BigIntField(null=True),
        ),
        ops.AddField(
            model_name="AuditEntry",
            name="currency",
            field=fields.CharField(null=True, max_length=3),
        ),
        ops.AddIndex(
            model_name="AuditEntry",
            index=Index(fields=["done_at"]),
        ),
        ops.AddIndex(
            model_name="Coverage",
            index=Index(fields=["approved_at"]),
        ),
        ops.AddIndex(
            model_name="Reversal",
            index=Index(fields=["reversed_at"]),
        ),
    ]
