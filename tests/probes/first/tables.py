from tortoise import Model, fields

from shared.ids import new_id
from shared.messaging.tables import InboxRow, OutboxRow


class Note(Model):
    """A comment with a semicolon; Tortoise puts it into the statement that makes the table."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    text = fields.CharField(max_length=100)
    at = fields.DatetimeField()
    day = fields.DateField(null=True)
    stock = fields.IntField(default=0)

    class Meta:
        table = "note"


class Outbox(OutboxRow):
    class Meta:
        table = "outbox"


class Inbox(InboxRow):
    class Meta:
        table = "inbox"
