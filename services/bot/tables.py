"""What this service stores. Times are UTC; `subject` is a token's `sub`: a parent's, a tutor's or a coordinator's id.

CHECKs and partial indexes stand in the migration: the ORM does not make them.
"""

from tortoise import fields
from tortoise.models import Model

from services.bot.domain.deliveries import DeliveryState
from services.bot.domain.languages import Language
from services.bot.domain.notices import NoticeKind
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


class Delivery(Model):
    """One message to one person about one thing. While PENDING it is due at `due_at`, and from the moment when its last
    attempt went out until the answer came `sending_by` is the turn in which that was.

    `fact` is the event, as it came: what is said of it is decided when it is sent. `chat_id` is where it went, or goes.
    """

    id = fields.UUIDField(primary_key=True, default=new_id)
    kind = fields.CharEnumField(NoticeKind, max_length=24)
    cause_id = fields.UUIDField()
    subject = fields.CharField(200)
    role = fields.CharEnumField(Role, max_length=16)
    chat_id = fields.BigIntField()
    fact = fields.TextField()
    state = fields.CharEnumField(DeliveryState, max_length=8)
    attempts = fields.IntField(default=0)
    reason = fields.TextField(null=True)
    occurred_at = fields.DatetimeField()
    created_at = fields.DatetimeField()
    due_at = fields.DatetimeField()
    sending_at = fields.DatetimeField(null=True)
    sending_by = fields.UUIDField(null=True)
    sent_at = fields.DatetimeField(null=True)

    class Meta:
        table = "delivery"
        unique_together = (("cause_id", "kind", "subject"),)


class TelegramTurn(Model):
    """The one row that says which process talks to Telegram, and until when Telegram wants to be left alone."""

    id = fields.IntField(primary_key=True)
    holder = fields.UUIDField()
    until = fields.DatetimeField()
    rest_until = fields.DatetimeField()

    class Meta:
        table = "telegram_turn"


class TelegramUpdate(Model):
    """What Telegram told the bot, as it came. It is kept for a while when it was handled, to know it again."""

    update_id = fields.BigIntField(primary_key=True, generated=False)
    chat_id = fields.BigIntField()
    body = fields.TextField()
    received_at = fields.DatetimeField()
    handled_at = fields.DatetimeField(null=True)

    class Meta:
        table = "telegram_update"


class Outbox(OutboxRow):
    class Meta:
        table = "outbox"


class Inbox(InboxRow):
    class Meta:
        table = "inbox"
