"""The columns of an outbox and an inbox. Abstract: every service has tables of its own, in its own database."""

from tortoise import Model, fields

from shared.ids import new_id


class OutboxRow(Model):
    """An event that is not yet with the broker. `leased_until` keeps a second relay off it meanwhile."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    topic = fields.CharField(max_length=100)
    at = fields.DatetimeField()
    body = fields.TextField()
    leased_until = fields.DatetimeField(null=True, db_index=True)

    class Meta:
        abstract = True


class InboxRow(Model):
    """An event that has taken effect."""

    event_id = fields.UUIDField(primary_key=True)
    received_at = fields.DatetimeField()

    class Meta:
        abstract = True
