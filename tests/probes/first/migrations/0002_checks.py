from tortoise import migrations

from shared.database.migrations import Check, PerDialect


class Migration(migrations.Migration):
    dependencies = [("first", "0001_initial")]  # noqa: RUF012 - as Tortoise writes it

    operations = [  # noqa: RUF012
        Check("note", "note_stock_not_negative", "stock >= 0", ["stock"]),
        PerDialect(sqlite=[], postgres=[]),
    ]
