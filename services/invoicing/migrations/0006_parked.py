"""What operators look for: documents that failed for good."""

from tortoise import migrations

from shared.database.guards import Indexes


class Migration(migrations.Migration):
    dependencies = [("invoicing", "0005_search")]

    operations = [Indexes("CREATE INDEX document_parked ON document (due_at, id) WHERE status = 'FAILED'")]
