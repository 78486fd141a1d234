from uuid import uuid4

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from shared.ids import new_id


class Migration(migrations.Migration):
    initial = True

    operations = [
        ops.CreateModel(
            name="Inbox",
            fields=[
                ("event_id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ("received_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={"table": "inbox", "app": "first", "pk_attr": "event_id"},
            bases=["InboxRow"],
        ),
        ops.CreateModel(
            name="Note",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("text", fields.CharField(max_length=100)),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("day", fields.DateField(null=True)),
                ("stock", fields.IntField(default=0)),
            ],
            options={
                "table": "note",
                "app": "first",
                "pk_attr": "id",
                "table_description": "A comment with a semicolon; Tortoise puts it into the statement that makes the table.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Outbox",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("topic", fields.CharField(max_length=100)),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("body", fields.TextField(unique=False)),
                ("leased_until", fields.DatetimeField(null=True, db_index=True, auto_now=False, auto_now_add=False)),
            ],
            options={"table": "outbox", "app": "first", "pk_attr": "id"},
            bases=["OutboxRow"],
        ),
    ]
