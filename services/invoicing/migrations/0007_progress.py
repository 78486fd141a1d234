"""How far a cycle's documents have come is counted in an index: statements are long, and lie before what is counted."""

from tortoise import migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("invoicing", "0006_parked")]

    operations = [ops.AddIndex(model_name="Invoice", index=Index(fields=["cycle_id", "document_status"]))]
