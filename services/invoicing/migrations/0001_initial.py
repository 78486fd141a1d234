from uuid import uuid4

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
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
            options={"table": "inbox", "app": "invoicing", "pk_attr": "event_id"},
            bases=["InboxRow"],
        ),
        ops.CreateModel(
            name="NumberBlock",
            fields=[
                ("cycle_id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ("month", fields.CharField(unique=True, max_length=7)),
                ("financial_year", fields.CharField(max_length=4)),
                ("first_number", fields.IntField()),
                ("statement_count", fields.IntField()),
                ("letterhead", fields.TextField(unique=False)),
                ("closed_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "number_block",
                "app": "invoicing",
                "unique_together": (("financial_year", "first_number"),),
                "pk_attr": "cycle_id",
                "table_description": "A cycle's numbers, and the letterhead (JSON) that its invoices carry for good.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Invoice",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("number", fields.CharField(unique=True, max_length=16)),
                (
                    "cycle",
                    fields.ForeignKeyField(
                        "invoicing.NumberBlock",
                        source_field="cycle_id",
                        db_constraint=True,
                        to_field="cycle_id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("month", fields.CharField(max_length=7)),
                ("ordinal", fields.IntField()),
                ("statement_id", fields.UUIDField(unique=True)),
                ("parent_id", fields.UUIDField()),
                ("issued_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("currency", fields.CharField(max_length=3)),
                ("subtotal_minor", fields.BigIntField()),
                ("discount_minor", fields.BigIntField()),
                ("tax_minor", fields.BigIntField()),
                ("total_minor", fields.BigIntField()),
                ("statement", fields.TextField(unique=False)),
                ("search_text", fields.TextField(unique=False)),
                ("payment_status", fields.CharField(max_length=14)),
                ("paid_minor", fields.BigIntField(default=0)),
                ("document_version", fields.IntField(default=1)),
            ],
            options={
                "table": "invoice",
                "app": "invoicing",
                "unique_together": (("cycle_id", "ordinal"),),
                "indexes": [Index(fields=["month", "ordinal"]), Index(fields=["parent_id", "month", "ordinal"])],
                "pk_attr": "id",
                "table_description": "`statement` is billing's, as JSON. `search_text` holds number, parent and children in lower case.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Document",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "invoice",
                    fields.ForeignKeyField(
                        "invoicing.Invoice",
                        source_field="invoice_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("version", fields.IntField()),
                ("payment_status", fields.CharField(max_length=14)),
                ("paid_minor", fields.BigIntField()),
                ("status", fields.CharField(max_length=8)),
                ("due_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("attempts", fields.IntField(default=0)),
                ("reason", fields.TextField(null=True, unique=False)),
                ("file_key", fields.CharField(null=True, unique=True, max_length=200)),
                ("sha256", fields.CharField(null=True, max_length=64)),
                ("size_bytes", fields.IntField(null=True)),
                ("rendered_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "document",
                "app": "invoicing",
                "unique_together": (("invoice_id", "version"),),
                "pk_attr": "id",
                "table_description": "One version of an invoice's PDF, and the payment state that it shows.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="NumberSeries",
            fields=[
                ("financial_year", fields.CharField(primary_key=True, unique=True, db_index=True, max_length=4)),
                ("next_number", fields.IntField()),
            ],
            options={
                "table": "number_series",
                "app": "invoicing",
                "pk_attr": "financial_year",
                "table_description": "A financial year's next free number. Its row is the lock under which a block is reserved.",
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
            options={"table": "outbox", "app": "invoicing", "pk_attr": "id"},
            bases=["OutboxRow"],
        ),
        ops.CreateModel(
            name="ParentAccount",
            fields=[
                ("parent_id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ("currency", fields.CharField(max_length=3)),
                ("credit_minor", fields.BigIntField(default=0)),
            ],
            options={
                "table": "parent_account",
                "app": "invoicing",
                "pk_attr": "parent_id",
                "table_description": "What a parent has paid beyond their invoices. Its row is the lock under which payments are shared out.",
            },
            bases=["Model"],
        ),
    ]
