"""What this service stores. Times are UTC; `subject` is a token's `sub`: a parent's, a tutor's or a coordinator's id.

CHECKs and partial indexes stand in the migration: the ORM does not make them.
"""

from tortoise import fields
from tortoise.models import Model

from services.bot.domain.deliveries import DeliveryState
from services.bot.domain.languages import Language
from shared.auth.viewer import Role
from shared.ids import new_id
from shared.messaging.tables import InboxRow, OutboxRow


class LinkInvitation(Model):
    """A t.me link: a digest of its secret, whose it is, and the chat that used it."""

    secret_sha256 = fields.CharField(64, primary_key=True)
    subject = fields.CharField(200)
    role = fields.CharEnumField(Role, max_length=16)
    expires_at = fields.DatetimeField()
    chat_id = fields.BigIntField(null=True)

    class Meta:
        table = "link_invitation"


class TelegramLink(Model):
    """One chat a person, one person a chat. Blocked until the person writes again.

    `language` is the one that the bot speaks there.
    """

    id = fields.UUIDField(primary_key=True, default=new_id)
    subject = fields.CharField(200, unique=True)
    chat_id = fields.BigIntField(unique=True)
    role = fields.CharEnumField(Role, max_length=16, db_index=True)
    language = fields.CharField(8, default=Language.ENGLISH.value, db_default=Language.ENGLISH.value)
    linked_at = fields.DatetimeField()
    blocked_at = fields.DatetimeField(null=True)

    class Meta:
        table = "telegram_link"


class Notification(Model):
    """A message to one person about one cause. While PENDING it is due at `due_at`."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    cause_id = fields.UUIDField()
    subject = fields.CharField(200)
    text = fields.TextField()
    state = fields.CharEnumField(DeliveryState, max_length=8)
    attempts = fields.IntField(default=0)
    due_at = fields.DatetimeField()
    reason = fields.TextField(null=True)
    created_at = fields.DatetimeField()

    class Meta:
        table = "notification"
        unique_together = (("cause_id", "subject"),)


class Outbox(OutboxRow):
    class Meta:
        table = "outbox"


class Inbox(InboxRow):
    class Meta:
        table = "inbox"
