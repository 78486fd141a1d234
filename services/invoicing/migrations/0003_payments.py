from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from services.invoicing.domain.payments import PaymentMethod
from shared.database.guards import PerDialect
from shared.ids import new_id


class Migration(migrations.Migration):
    dependencies = [("invoicing", "0002_guards")]

    operations = [
        # Credit is what payments have left, and is not kept beside them. SQLite holds a check by triggers.
        PerDialect(
            sqlite=["DROP TRIGGER parent_account_credit_insert", "DROP TRIGGER parent_account_credit_update"],
            postgres=["ALTER TABLE parent_account DROP CONSTRAINT parent_account_credit"],
        ),
        ops.RemoveField(model_name="ParentAccount", name="credit_minor"),
        ops.RemoveField(model_name="ParentAccount", name="currency"),
        ops.AlterModelOptions(
            name="ParentAccount",
            options={
                "table": "parent_account",
                "app": "invoicing",
                "pk_attr": "parent_id",
                "table_description": "A parent that invoicing has heard of. Its row is the lock under which payments are shared out.",
            },
        ),
        ops.CreateModel(
            name="AuditEntry",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("action", fields.CharField(max_length=40)),
                ("subject_id", fields.UUIDField(db_index=True)),
                ("reason", fields.TextField(null=True, unique=False)),
                ("amount_minor", fields.BigIntField(null=True)),
                ("currency", fields.CharField(null=True, max_length=3)),
                ("done_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("done_by", fields.CharField(max_length=200)),
            ],
            options={
                "table": "audit_entry",
                "app": "invoicing",
                "indexes": [Index(fields=["done_at"])],
                "pk_attr": "id",
            },
            bases=["AuditEntryRow"],
        ),
        ops.CreateModel(
            name="IdempotencyKey",
            fields=[
                ("key", fields.CharField(primary_key=True, unique=True, db_index=True, max_length=200)),
                ("content_sha256", fields.CharField(max_length=64)),
                ("result_id", fields.UUIDField()),
                ("claimed_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={"table": "idempotency_key", "app": "invoicing", "pk_attr": "key"},
            bases=["IdempotencyKeyRow"],
        ),
        ops.CreateModel(
            name="Payment",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "parent",
                    fields.ForeignKeyField(
                        "invoicing.ParentAccount",
                        source_field="parent_id",
                        db_constraint=True,
                        to_field="parent_id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "invoice",
                    fields.ForeignKeyField(
                        "invoicing.Invoice",
                        source_field="invoice_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("amount_minor", fields.BigIntField()),
                ("currency", fields.CharField(max_length=3)),
                (
                    "method",
                    fields.CharEnumField(
                        description="UPI: UPI\nBANK_TRANSFER: BANK_TRANSFER\nCARD: CARD\nCASH: CASH\nCHEQUE: CHEQUE\nOTHER: OTHER",
                        enum_type=PaymentMethod,
                        max_length=13,
                    ),
                ),
                ("reference", fields.CharField(null=True, max_length=200)),
                ("recorded_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("recorded_by", fields.CharField(max_length=200)),
                ("applied_minor", fields.BigIntField(default=0)),
            ],
            options={
                "table": "payment",
                "app": "invoicing",
                "indexes": [Index(fields=["parent_id", "recorded_at", "id"])],
                "pk_attr": "id",
                "table_description": "Money that came in. `invoice` is the one it was paid for, if it was for one; the parent's oldest otherwise.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Allocation",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "payment",
                    fields.ForeignKeyField(
                        "invoicing.Payment",
                        source_field="payment_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
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
                ("amount_minor", fields.BigIntField()),
                ("applied_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "allocation",
                "app": "invoicing",
                "unique_together": (("payment_id", "invoice_id"),),
                "indexes": [Index(fields=["invoice_id"])],
                "pk_attr": "id",
                "table_description": "What an invoice got of a payment. It is there for good.",
            },
            bases=["Model"],
        ),
        ops.AddField(
            model_name="Invoice",
            name="document_status",
            field=fields.CharField(db_default="QUEUED", max_length=8),
        ),
        ops.AddField(model_name="Invoice", name="void_reason", field=fields.CharField(null=True, max_length=500)),
        ops.AddField(
            model_name="Invoice",
            name="voided_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(model_name="Invoice", name="voided_by", field=fields.CharField(null=True, max_length=200)),
        ops.AddIndex(model_name="Invoice", index=Index(fields=["payment_status", "month", "ordinal"])),
        ops.AddIndex(model_name="Invoice", index=Index(fields=["document_status", "month", "ordinal"])),
    ]
