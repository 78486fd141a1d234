"""Billing's tables. Tortoise makes them; migrations/ adds the constraints and triggers that it leaves out.

What arrived from the packages service (approval, reversal, purchase, seal, person) is kept as it came. What a close
writes (statement, statement_line, payout, payout_line) is locked by the database itself from then on.
"""

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from shared.ids import new_id
from shared.messaging.tables import InboxRow, OutboxRow
from shared.mutations.tables import AuditEntryRow, IdempotencyKeyRow


class Person(Model):
    """A parent, child or tutor as last heard of."""

    person_id = fields.UUIDField(primary_key=True)
    kind = fields.CharField(max_length=6)
    parent_id = fields.UUIDField(null=True, db_index=True)
    name = fields.TextField()
    email = fields.TextField(null=True)
    phone = fields.TextField(null=True)
    version = fields.BigIntField()

    class Meta:
        table = "person"


class Approval(Model):
    """An approved session. `month` is the cycle that bills it."""

    session_id = fields.UUIDField(primary_key=True)
    parent_id = fields.UUIDField()
    child_id = fields.UUIDField()
    tutor_id = fields.UUIDField()
    starts_at = fields.DatetimeField()
    session_date = fields.DateField()
    duration_minutes = fields.IntField()
    coverage = fields.CharField(max_length=7)
    package_id = fields.UUIDField(null=True, db_index=True)
    price_minor = fields.BigIntField()
    currency = fields.CharField(max_length=3)
    month = fields.CharField(max_length=7)
    approved_at = fields.DatetimeField()

    class Meta:
        table = "approval"
        indexes = (("month", "parent_id"), ("month", "tutor_id"))


class Reversal(Model):
    """An approval that was taken back. `month` is the cycle that answers for it. It may come before its approval."""

    session_id = fields.UUIDField(primary_key=True)
    parent_id = fields.UUIDField()
    child_id = fields.UUIDField()
    tutor_id = fields.UUIDField()
    package_id = fields.UUIDField(null=True)
    reason = fields.TextField()
    month = fields.CharField(max_length=7, db_index=True)
    reversed_at = fields.DatetimeField()

    class Meta:
        table = "reversal"


class Purchase(Model):
    """A package that was sold. `month` is the cycle that charges it."""

    package_id = fields.UUIDField(primary_key=True)
    parent_id = fields.UUIDField(db_index=True)
    child_id = fields.UUIDField(null=True)
    total_sessions = fields.IntField()
    price_per_session_minor = fields.BigIntField()
    discount_minor = fields.BigIntField()
    currency = fields.CharField(max_length=3)
    goodwill = fields.BooleanField()
    purchased_at = fields.DatetimeField()
    purchased_on = fields.DateField()
    expires_on = fields.DateField(null=True)
    month = fields.CharField(max_length=7, db_index=True)

    class Meta:
        table = "purchase"


class Renewal(Model):
    """The last valid day that a package has instead of the one of its purchase. It may come before the purchase."""

    package_id = fields.UUIDField(primary_key=True)
    expires_on = fields.DateField(null=True)
    renewed_at = fields.DatetimeField()

    class Meta:
        table = "renewal"


class Seal(Model):
    """What packages said a month has, once nothing more could be added to it."""

    month = fields.CharField(max_length=7, primary_key=True)
    approvals = fields.BigIntField()
    reversals = fields.BigIntField()
    purchases = fields.BigIntField()
    sum_minor = fields.BigIntField()
    sealed_at = fields.DatetimeField()

    class Meta:
        table = "seal"


class TutorRate(Model):
    """What a tutor earns per session from a date on, until a later rate takes over."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    tutor_id = fields.UUIDField()
    valid_from = fields.DateField()
    rate_minor = fields.BigIntField()
    addon_rate_minor = fields.BigIntField(null=True)
    currency = fields.CharField(max_length=3)
    set_at = fields.DatetimeField()
    set_by = fields.TextField()

    class Meta:
        table = "tutor_rate"
        unique_together = (("tutor_id", "valid_from"),)


class DiscountRule(Model):
    """A parent's standing discount. `size` is basis points (PERCENT) or minor units (FIXED)."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    parent_id = fields.UUIDField(db_index=True)
    kind = fields.CharField(max_length=7)
    size = fields.BigIntField()
    label = fields.TextField()
    valid_from = fields.DateField()
    valid_until = fields.DateField(null=True)
    added_at = fields.DatetimeField()
    added_by = fields.TextField()

    class Meta:
        table = "discount_rule"


class PayoutDeduction(Model):
    """Held back from the tutor's first payout of `month` or later."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    tutor_id = fields.UUIDField(db_index=True)
    month = fields.CharField(max_length=7)
    label = fields.TextField()
    amount_minor = fields.BigIntField()
    currency = fields.CharField(max_length=3)
    added_at = fields.DatetimeField()
    added_by = fields.TextField()

    class Meta:
        table = "payout_deduction"


class Adjustment(Model):
    """Something to settle in the parent's next statement: a carried credit, or the charges of a voided invoice.

    It is pending until a statement_line names it.
    """

    id = fields.UUIDField(primary_key=True, default=new_id)
    parent_id = fields.UUIDField(db_index=True)
    source_statement_id = fields.UUIDField(unique=True)
    description = fields.TextField()
    day = fields.DateField()
    amount_minor = fields.BigIntField()
    currency = fields.CharField(max_length=3)
    created_at = fields.DatetimeField()

    class Meta:
        table = "adjustment"


class BillingCycle(Model):
    """One month of billing. Counts, totals and the hash are there once it is closed."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    month = fields.CharField(max_length=7, unique=True)
    status = fields.CharField(max_length=7)
    currency = fields.CharField(max_length=3)
    opened_at = fields.DatetimeField()
    opened_by = fields.TextField()
    closing_by = fields.TextField(null=True)
    closed_at = fields.DatetimeField(null=True)
    closed_by = fields.TextField(null=True)
    sessions_counted = fields.BigIntField(null=True)
    statements_count = fields.BigIntField(null=True)
    payouts_count = fields.BigIntField(null=True)
    invoiced_minor = fields.BigIntField(null=True)
    payout_minor = fields.BigIntField(null=True)
    sha256 = fields.CharField(max_length=64, null=True)

    class Meta:
        table = "billing_cycle"


class Statement(Model):
    """What a closed cycle says about one parent. `discounts` and `taxes` are JSON lists of label and amount."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    cycle: fields.ForeignKeyRelation[BillingCycle] = fields.ForeignKeyField(
        "billing.BillingCycle", related_name="statements", on_delete=fields.RESTRICT
    )
    ordinal = fields.IntField()
    parent_id = fields.UUIDField(db_index=True)
    currency = fields.CharField(max_length=3)
    discounts = fields.TextField()
    taxes = fields.TextField()
    subtotal_minor = fields.BigIntField()
    discount_minor = fields.BigIntField()
    tax_minor = fields.BigIntField()
    total_minor = fields.BigIntField()

    class Meta:
        table = "statement"
        unique_together = (("cycle_id", "ordinal"), ("cycle_id", "parent_id"))


class StatementLine(Model):
    """One charge with its shares of the statement's discount and tax."""

    id = fields.BigIntField(primary_key=True, generated=True)
    statement: fields.ForeignKeyRelation[Statement] = fields.ForeignKeyField(
        "billing.Statement", related_name="lines", on_delete=fields.RESTRICT
    )
    position = fields.IntField()
    kind = fields.CharField(max_length=16)
    description = fields.TextField()
    session_id = fields.UUIDField(null=True)
    package_id = fields.UUIDField(null=True)
    child_id = fields.UUIDField(null=True)
    adjustment_id = fields.UUIDField(null=True, unique=True)
    day = fields.DateField()
    quantity = fields.IntField()
    unit_price_minor = fields.BigIntField()
    reduction_minor = fields.BigIntField()
    amount_minor = fields.BigIntField()
    discount_minor = fields.BigIntField()
    tax_minor = fields.BigIntField()

    class Meta:
        table = "statement_line"
        unique_together = (("statement_id", "position"),)


class Payout(Model):
    """What a closed cycle says about one tutor. Only its status still moves."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    cycle: fields.ForeignKeyRelation[BillingCycle] = fields.ForeignKeyField(
        "billing.BillingCycle", related_name="payouts", on_delete=fields.RESTRICT
    )
    tutor_id = fields.UUIDField(db_index=True)
    currency = fields.CharField(max_length=3)
    rate_minor = fields.BigIntField()
    sessions_completed = fields.IntField()
    addon_sessions = fields.IntField()
    gross_minor = fields.BigIntField()
    deductions_minor = fields.BigIntField()
    net_minor = fields.BigIntField()
    status = fields.CharField(max_length=9, default="PENDING")
    reference = fields.TextField(null=True)
    processed_at = fields.DatetimeField(null=True)
    processed_by = fields.TextField(null=True)
    paid_at = fields.DatetimeField(null=True)
    paid_by = fields.TextField(null=True)

    class Meta:
        table = "payout"
        unique_together = (("cycle_id", "tutor_id"),)


class PayoutLine(Model):
    """What one session earned, one adjustment takes back or one deduction holds back."""

    id = fields.BigIntField(primary_key=True, generated=True)
    payout: fields.ForeignKeyRelation[Payout] = fields.ForeignKeyField(
        "billing.Payout", related_name="lines", on_delete=fields.RESTRICT, db_index=True
    )
    kind = fields.CharField(max_length=13)
    session_id = fields.UUIDField(null=True)
    deduction_id = fields.UUIDField(null=True, unique=True)
    day = fields.DateField()
    amount_minor = fields.BigIntField()

    class Meta:
        table = "payout_line"


class DocumentProgress(Model):
    """How far invoicing has come with a cycle's documents: its latest word by `at`."""

    cycle_id = fields.UUIDField(primary_key=True)
    queued = fields.IntField()
    rendered = fields.IntField()
    failed = fields.IntField()
    at = fields.DatetimeField()

    class Meta:
        table = "document_progress"


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
