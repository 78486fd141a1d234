from tortoise import migrations

from shared.database.guards import Check, PerDialect


class Migration(migrations.Migration):
    dependencies = [("first", "0001_initial")]

    operations = [
        Check("note", "note_stock_not_negative", "stock >= 0", ["stock"]),
        PerDialect(sqlite=[], postgres=[]),
    ]
