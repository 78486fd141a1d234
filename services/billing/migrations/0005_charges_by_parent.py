"""A close asks some parents at a time what they owe: for the few sessions that are charged for, and for reversals."""

from tortoise import migrations

from shared.database.guards import Indexes


class Migration(migrations.Migration):
    dependencies = [("billing", "0004_complete")]

    operations = [
        Indexes(
            "CREATE INDEX approval_charged ON approval (month, parent_id) WHERE coverage <> 'PACKAGE'",
            "CREATE INDEX reversal_by_parent ON reversal (month, parent_id)",
        )
    ]
