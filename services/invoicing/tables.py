"""Invoicing's tables. Tortoise makes them; migrations/ adds the constraints and partial indexes that it leaves out.

What issuing wrote of an invoice is locked by the database, and so are payments and allocations; what an invoice got,
what is used of a payment and how an invoice's newest document fares are counted by the database itself.
"""

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from services.invoicing.domain.payments import PaymentMethod
from shared.ids import new_id
from shared.messaging.tables import InboxRow, OutboxRow
from shared.mutations.tables import AuditEntryRow, IdempotencyKeyRow


class NumberSeries(Model):
    """A financial year's next free number. Its row is the lock under which a block is reserved."""

    financial_year = fields.CharField(max_length=4, primary_key=True)
    next_number = fields.IntField()

    class Meta:
        table = "number_series"


class NumberBlock(Model):
    """A cycle's numbers, and the letterhead (JSON) that its invoices carry for good."""

    cycle_id = fields.UUIDField(primary_key=True)
    month = fields.CharField(max_length=7, unique=True)
    financial_year = fields.CharField(max_length=4)
    first_number = fields.IntField()
    statement_count = fields.IntField()
    letterhead = fields.TextField()
    closed_at = fields.DatetimeField()

    class Meta:
        table = "number_block"
        unique_together = (("financial_year", "first_number"),)


class Invoice(Model):
    """`statement` is billing's, as JSON. `search_text` holds number, parent and children in lower case.

    `paid_minor` and `payment_status` follow from its allocations, `document_version` and `document_status` from the
    newest of its documents.
    """

    id = fields.UUIDField(primary_key=True, default=new_id)
    number = fields.CharField(max_length=16, unique=True)
    cycle: fields.ForeignKeyRelation[NumberBlock] = fields.ForeignKeyField(
        "invoicing.NumberBlock", related_name=False, on_delete=fields.RESTRICT
    )
    month = fields.CharField(max_length=7)
    ordinal = fields.IntField()
    statement_id = fields.UUIDField(unique=True)
    parent_id = fields.UUIDField()
    issued_at = fields.DatetimeField()
    currency = fields.CharField(max_length=3)
    subtotal_minor = fields.BigIntField()
    discount_minor = fields.BigIntField()
    tax_minor = fields.BigIntField()
    total_minor = fields.BigIntField()
    statement = fields.TextField()
    search_text = fields.TextField()
    payment_status = fields.CharField(max_length=14)
    paid_minor = fields.BigIntField(default=0)
    document_version = fields.IntField(default=1)
    document_status = fields.CharField(max_length=8, db_default="QUEUED")
    void_reason = fields.CharField(max_length=500, null=True)
    voided_at = fields.DatetimeField(null=True)
    voided_by = fields.CharField(max_length=200, null=True)

    class Meta:
        table = "invoice"
        unique_together = (("cycle_id", "ordinal"),)
        indexes = (
            Index(fields=("month", "ordinal")),
            Index(fields=("parent_id", "month", "ordinal")),
            Index(fields=("payment_status", "month", "ordinal")),
            Index(fields=("document_status", "month", "ordinal")),
            Index(fields=("cycle_id", "document_status")),
        )


class Document(Model):
    """One version of an invoice's PDF, and the payment state that it shows.

    `due_at` is when it may next be rendered; a process that takes it puts that off, which is its lease.
    """

    id = fields.UUIDField(primary_key=True, default=new_id)
    invoice: fields.ForeignKeyRelation[Invoice] = fields.ForeignKeyField(
        "invoicing.Invoice", related_name=False, on_delete=fields.RESTRICT
    )
    version = fields.IntField()
    payment_status = fields.CharField(max_length=14)
    paid_minor = fields.BigIntField()
    status = fields.CharField(max_length=8)
    due_at = fields.DatetimeField()
    attempts = fields.IntField(default=0)
    reason = fields.TextField(null=True)
    file_key = fields.CharField(max_length=200, null=True, unique=True)
    sha256 = fields.CharField(max_length=64, null=True)
    size_bytes = fields.IntField(null=True)
    rendered_at = fields.DatetimeField(null=True)

    class Meta:
        table = "document"
        unique_together = (("invoice_id", "version"),)


class ParentAccount(Model):
    """A parent that invoicing has heard of. Its row is the lock under which payments are shared out."""

    parent_id = fields.UUIDField(primary_key=True)

    class Meta:
        table = "parent_account"


class Payment(Model):
    """Money that came in. `invoice` is the one it was paid for, if it was for one; the parent's oldest otherwise.

    `applied_minor` is what invoices got of it; the rest is the parent's credit.
    """

    id = fields.UUIDField(primary_key=True, default=new_id)
    parent: fields.ForeignKeyRelation[ParentAccount] = fields.ForeignKeyField(
        "invoicing.ParentAccount", related_name=False, on_delete=fields.RESTRICT
    )
    invoice: fields.ForeignKeyNullableRelation[Invoice] = fields.ForeignKeyField(
        "invoicing.Invoice", related_name=False, on_delete=fields.RESTRICT, null=True
    )
    amount_minor = fields.BigIntField()
    currency = fields.CharField(max_length=3)
    method = fields.CharEnumField(PaymentMethod, max_length=13)
    reference = fields.CharField(max_length=200, null=True)
    recorded_at = fields.DatetimeField()
    recorded_by = fields.CharField(max_length=200)
    applied_minor = fields.BigIntField(default=0)

    class Meta:
        table = "payment"
        indexes = (Index(fields=("parent_id", "recorded_at", "id")),)


class Allocation(Model):
    """What an invoice got of a payment. It is there for good."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    payment: fields.ForeignKeyRelation[Payment] = fields.ForeignKeyField(
        "invoicing.Payment", related_name=False, on_delete=fields.RESTRICT
    )
    invoice: fields.ForeignKeyRelation[Invoice] = fields.ForeignKeyField(
        "invoicing.Invoice", related_name=False, on_delete=fields.RESTRICT
    )
    amount_minor = fields.BigIntField()
    applied_at = fields.DatetimeField()

    class Meta:
        table = "allocation"
        unique_together = (("payment_id", "invoice_id"),)
        indexes = (Index(fields=("invoice_id",)),)


class IdempotencyKey(IdempotencyKeyRow):
    class Meta:
        table = "idempotency_key"


class AuditEntry(AuditEntryRow):
    class Meta:
        table = "audit_entry"
        indexes = (Index(fields=("done_at",)),)


class Outbox(OutboxRow):
    class Meta:
        table = "outbox"


class Inbox(InboxRow):
    class Meta:
        table = "inbox"
