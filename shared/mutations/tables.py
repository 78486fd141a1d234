"""The columns of idempotency keys and audit entries. Abstract: every service has tables of its own."""

from tortoise import Model, fields

from shared.ids import new_id


class IdempotencyKeyRow(Model):
    """What a key came with first, and the id of what was made of it."""

    key = fields.CharField(200, primary_key=True)
    content_sha256 = fields.CharField(64)
    result_id = fields.UUIDField()
    claimed_at = fields.DatetimeField()

    class Meta:
        abstract = True


class AuditEntryRow(Model):
    """Who did what to what, when and why, and the amount it was about where it was about one."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    action = fields.CharField(40)
    subject_id = fields.UUIDField(db_index=True)
    reason = fields.TextField(null=True)
    amount_minor = fields.BigIntField(null=True)
    currency = fields.CharField(3, null=True)
    done_at = fields.DatetimeField()
    done_by = fields.CharField(200)

    class Meta:
        abstract = True
