"""Notifications become deliveries, which keep the fact and not its words. The words of one that has not been sent cannot
be turned back, so it counts as failed."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from services.bot.domain.deliveries import DeliveryState
from services.bot.domain.notices import NoticeKind
from shared.auth.viewer import Role
from shared.database.guards import Check, Indexes, Together
from shared.ids import new_id

DUE = "CREATE INDEX delivery_due ON delivery (occurred_at, id) WHERE state = 'PENDING'"
IN_ORDER = "CREATE INDEX delivery_in_order ON delivery (subject, occurred_at, id) WHERE state = 'PENDING'"
BLOCKED = "CREATE INDEX delivery_blocked ON delivery (subject) WHERE state = 'BLOCKED'"
ON_THE_WIRE = "CREATE INDEX delivery_on_the_wire ON delivery (id) WHERE state = 'PENDING' AND sending_by IS NOT NULL"
UNHANDLED = "CREATE INDEX telegram_update_unhandled ON telegram_update (update_id) WHERE handled_at IS NULL"
NOBODYS_TURN = """
    INSERT INTO telegram_turn (id, holder, until, rest_until)
    VALUES (1, '00000000-0000-0000-0000-000000000000', '2000-01-01 00:00:00+00:00', '2000-01-01 00:00:00+00:00')
"""
KEEP_WHAT_CAME_OF_THEM = """
    INSERT INTO delivery (id, kind, cause_id, subject, role, chat_id, fact, state, attempts, reason, occurred_at,
        created_at, due_at)
    SELECT notification.id, 'LOW_PACKAGE_RAISED', cause_id, notification.subject, role, chat_id, '{}',
        CASE state WHEN 'PENDING' THEN 'FAILED' ELSE state END, attempts,
        CASE state WHEN 'PENDING' THEN 'not sent before the bot was replaced by a newer one' ELSE reason END,
        created_at, created_at, due_at
    FROM notification JOIN telegram_link ON telegram_link.subject = notification.subject
"""


class Migration(migrations.Migration):
    dependencies = [("bot", "0003_languages")]

    initial = False

    operations = [
        ops.CreateModel(
            name="Delivery",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "kind",
                    fields.CharEnumField(
                        description="LOW_PACKAGE_RAISED: LOW_PACKAGE_RAISED\nLOW_PACKAGE_RESOLVED: LOW_PACKAGE_RESOLVED\nPAYOUT_PAID: PAYOUT_PAID\nINVOICE_ISSUED: INVOICE_ISSUED",
                        enum_type=NoticeKind,
                        max_length=24,
                    ),
                ),
                ("cause_id", fields.UUIDField()),
                ("subject", fields.CharField(max_length=200)),
                (
                    "role",
                    fields.CharEnumField(
                        description="PARENT: parent\nTUTOR: tutor\nCOORDINATOR: coordinator\nSERVICE: service",
                        enum_type=Role,
                        max_length=16,
                    ),
                ),
                ("chat_id", fields.BigIntField()),
                ("fact", fields.TextField(unique=False)),
                (
                    "state",
                    fields.CharEnumField(
                        description="PENDING: PENDING\nSENT: SENT\nBLOCKED: BLOCKED\nFAILED: FAILED",
                        enum_type=DeliveryState,
                        max_length=8,
                    ),
                ),
                ("attempts", fields.IntField(default=0)),
                ("reason", fields.TextField(null=True, unique=False)),
                ("occurred_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("due_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("sending_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("sending_by", fields.UUIDField(null=True)),
                ("sent_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "delivery",
                "app": "bot",
                "unique_together": (("cause_id", "kind", "subject"),),
                "pk_attr": "id",
                "table_description": "One message to one person about one thing. While PENDING it is due at `due_at`, and from the moment when its last",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="TelegramTurn",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("holder", fields.UUIDField()),
                ("until", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("rest_until", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "telegram_turn",
                "app": "bot",
                "pk_attr": "id",
                "table_description": "The one row that says which process talks to Telegram, and until when Telegram wants to be left alone.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="TelegramUpdate",
            fields=[
                ("update_id", fields.BigIntField(primary_key=True, generated=False, unique=True, db_index=True)),
                ("chat_id", fields.BigIntField()),
                ("body", fields.TextField(unique=False)),
                ("received_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("handled_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "telegram_update",
                "app": "bot",
                "pk_attr": "update_id",
                "table_description": "What Telegram told the bot, as it came. It is kept for a while when it was handled, to know it again.",
            },
            bases=["Model"],
        ),
        Together(
            Check(
                "delivery",
                "delivery_state",
                "state IN ('PENDING', 'SENT', 'BLOCKED', 'FAILED') AND attempts >= 0",
                ["state", "attempts"],
            ),
            Check("delivery", "delivery_role", "role IN ('parent', 'tutor', 'coordinator')", ["role"]),
            Check("telegram_turn", "telegram_turn_one", "id = 1", ["id"]),
            Indexes(DUE, IN_ORDER, BLOCKED, ON_THE_WIRE, UNHANDLED, NOBODYS_TURN, KEEP_WHAT_CAME_OF_THEM),
        ),
        ops.DeleteModel(name="Notification"),
    ]
