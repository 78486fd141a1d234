"""The first tables."""

from uuid import uuid4

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from services.bot.domain.deliveries import DeliveryState
from shared.auth.viewer import Role
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
            options={"table": "inbox", "app": "bot", "pk_attr": "event_id"},
            bases=["InboxRow"],
        ),
        ops.CreateModel(
            name="LinkInvitation",
            fields=[
                ("secret_sha256", fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64)),
                ("subject", fields.CharField(max_length=200)),
                (
                    "role",
                    fields.CharEnumField(
                        description="PARENT: parent\nTUTOR: tutor\nCOORDINATOR: coordinator\nSERVICE: service",
                        enum_type=Role,
                        max_length=16,
                    ),
                ),
                ("expires_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("chat_id", fields.BigIntField(null=True)),
            ],
            options={
                "table": "link_invitation",
                "app": "bot",
                "pk_attr": "secret_sha256",
                "table_description": "A t.me link: a digest of its secret, whose it is, and the chat that used it.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Notification",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("cause_id", fields.UUIDField()),
                ("subject", fields.CharField(max_length=200)),
                ("text", fields.TextField(unique=False)),
                (
                    "state",
                    fields.CharEnumField(
                        description="PENDING: PENDING\nSENT: SENT\nBLOCKED: BLOCKED\nFAILED: FAILED",
                        enum_type=DeliveryState,
                        max_length=8,
                    ),
                ),
                ("attempts", fields.IntField(default=0)),
                ("due_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("reason", fields.TextField(null=True, unique=False)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "notification",
                "app": "bot",
                "unique_together": (("cause_id", "subject"),),
                "pk_attr": "id",
                "table_description": "A message to one person about one cause. While PENDING it is due at `due_at`.",
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
            options={"table": "outbox", "app": "bot", "pk_attr": "id"},
            bases=["OutboxRow"],
        ),
        ops.CreateModel(
            name="TelegramLink",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("subject", fields.CharField(unique=True, max_length=200)),
                ("chat_id", fields.BigIntField(unique=True)),
                (
                    "role",
                    fields.CharEnumField(
                        db_index=True,
                        description="PARENT: parent\nTUTOR: tutor\nCOORDINATOR: coordinator\nSERVICE: service",
                        enum_type=Role,
                        max_length=16,
                    ),
                ),
                ("linked_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("blocked_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "telegram_link",
                "app": "bot",
                "pk_attr": "id",
                "table_description": "One chat a person, one person a chat. Blocked until the person writes again.",
            },
            bases=["Model"],
        ),
    ]
