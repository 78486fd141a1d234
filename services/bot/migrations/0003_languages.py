from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("bot", "0002_guards")]

    initial = False

    operations = [
        ops.AddField(
            model_name="TelegramLink",
            name="language",
            field=fields.CharField(default="en", db_default="en", max_length=8),
        ),
    ]
