from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("packages", "0005_lists_in_order")]

    initial = False

    operations = [
        ops.AddField(
            model_name="PackageOffer",
            name="withdrawn_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
    ]
