"""What this service stores. CHECKs and partial indexes stand in the migrations, as SQL: the ORM does not make them.

Money is in minor units, times are UTC; `..._on` is a date of the organisation, `month` one of its billing months.
`content_sha256` is of what an `external_ref` or a key first came with.
"""

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from services.packages.domain.coverage import CoverageKind
from services.packages.domain.ledger import MovementKind
from services.packages.domain.people import PersonKind
from services.packages.domain.sessions import SessionStatus
from shared.ids import new_id
from shared.messaging.tables import InboxRow, OutboxRow
from shared.mutations.tables import AuditEntryRow, IdempotencyKeyRow


class Person(Model):
    """A parent, a child of a parent, or a tutor. Lists and searches go by `name_folded`, whatever its letters' case."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    kind = fields.CharEnumField(PersonKind, max_length=6)
    parent: fields.ForeignKeyNullableRelation["Person"] = fields.ForeignKeyField(
        "packages.Person", null=True, on_delete=fields.RESTRICT, related_name=False
    )
    name = fields.CharField(200)
    name_folded = fields.CharField(600)
    email = fields.CharField(254, null=True)
    phone = fields.CharField(32, null=True)
    external_ref = fields.CharField(200, null=True)
    content_sha256 = fields.CharField(64)
    version = fields.IntField(default=1)
    created_at = fields.DatetimeField()

    class Meta:
        table = "person"
        indexes = (Index(fields=("kind", "name_folded", "id")), Index(fields=("parent_id",)))


class PackageOffer(Model):
    id = fields.UUIDField(primary_key=True, default=new_id)
    name = fields.CharField(200)
    total_sessions = fields.IntField()
    price_per_session_minor = fields.BigIntField()
    currency = fields.CharField(3)
    validity_days = fields.IntField(null=True)
    created_at = fields.DatetimeField()
    withdrawn_at = fields.DatetimeField(null=True)

    class Meta:
        table = "package_offer"


class SessionPackage(Model):
    """A lot. `month` is the cycle that charges it."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    parent: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "packages.Person", on_delete=fields.RESTRICT, related_name=False
    )
    child: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "packages.Person", null=True, on_delete=fields.RESTRICT, related_name=False
    )
    offer: fields.ForeignKeyNullableRelation[PackageOffer] = fields.ForeignKeyField(
        "packages.PackageOffer", null=True, on_delete=fields.RESTRICT, related_name=False
    )
    total_sessions = fields.IntField()
    used_sessions = fields.IntField(default=0)
    expired_sessions = fields.IntField(default=0)
    price_per_session_minor = fields.BigIntField()
    discount_minor = fields.BigIntField()
    currency = fields.CharField(3)
    goodwill = fields.BooleanField()
    purchased_at = fields.DatetimeField()
    purchased_on = fields.DateField()
    expires_on = fields.DateField(null=True)
    last_used_at = fields.DatetimeField(null=True)
    month = fields.CharField(7)

    class Meta:
        table = "session_package"
        indexes = (Index(fields=("parent_id",)), Index(fields=("month",)), Index(fields=("purchased_at", "id")))


class Session(Model):
    """A taught lesson. `parent` is the child's, kept for the family's reads."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    child: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "packages.Person", on_delete=fields.RESTRICT, related_name=False
    )
    parent: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "packages.Person", on_delete=fields.RESTRICT, related_name=False
    )
    tutor: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "packages.Person", on_delete=fields.RESTRICT, related_name=False
    )
    starts_at = fields.DatetimeField()
    duration_minutes = fields.IntField()
    billed_as_addon = fields.BooleanField()
    addon_price_minor = fields.BigIntField(null=True)
    currency = fields.CharField(3)
    status = fields.CharEnumField(SessionStatus, max_length=8, default=SessionStatus.LOGGED)
    external_ref = fields.CharField(200, null=True)
    content_sha256 = fields.CharField(64)
    logged_at = fields.DatetimeField()
    logged_by = fields.CharField(200)

    class Meta:
        table = "session"
        indexes = (
            Index(fields=("child_id", "starts_at")),
            Index(fields=("parent_id", "starts_at")),
            Index(fields=("tutor_id", "starts_at")),
            Index(fields=("status", "starts_at")),
            Index(fields=("starts_at", "id")),
        )


class Coverage(Model):
    """How an approved session is paid for: one row for a session, ever."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    session: fields.OneToOneRelation[Session] = fields.OneToOneField(
        "packages.Session", on_delete=fields.RESTRICT, related_name=False
    )
    kind = fields.CharEnumField(CoverageKind, max_length=7)
    package: fields.ForeignKeyNullableRelation[SessionPackage] = fields.ForeignKeyField(
        "packages.SessionPackage", null=True, on_delete=fields.RESTRICT, related_name=False
    )
    price_minor = fields.BigIntField()
    currency = fields.CharField(3)
    month = fields.CharField(7)
    approved_at = fields.DatetimeField()
    approved_by = fields.CharField(200)

    class Meta:
        table = "coverage"
        indexes = (Index(fields=("month",)), Index(fields=("approved_at",)))


class Reversal(Model):
    """An approval taken back: one row for a session, ever."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    session: fields.OneToOneRelation[Session] = fields.OneToOneField(
        "packages.Session", on_delete=fields.RESTRICT, related_name=False
    )
    reason = fields.CharField(500)
    month = fields.CharField(7)
    reversed_at = fields.DatetimeField()
    reversed_by = fields.CharField(200)

    class Meta:
        table = "reversal"
        indexes = (Index(fields=("month",)), Index(fields=("reversed_at",)))


class Movement(Model):
    """An entry of a lot's ledger, never changed. `sessions` is signed."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    package: fields.ForeignKeyRelation[SessionPackage] = fields.ForeignKeyField(
        "packages.SessionPackage", on_delete=fields.RESTRICT, related_name=False
    )
    kind = fields.CharEnumField(MovementKind, max_length=10)
    sessions = fields.IntField()
    session: fields.ForeignKeyNullableRelation[Session] = fields.ForeignKeyField(
        "packages.Session", null=True, on_delete=fields.RESTRICT, related_name=False
    )
    moved_at = fields.DatetimeField()
    moved_by = fields.CharField(200)
    reason = fields.CharField(500, null=True)

    class Meta:
        table = "movement"
        indexes = (Index(fields=("package_id", "moved_at")),)


class LowPackageAlert(Model):
    """The numbers follow the parent's lots while it is open."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    parent: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "packages.Person", on_delete=fields.RESTRICT, related_name=False
    )
    remaining = fields.IntField()
    total_sessions = fields.IntField()
    raised_at = fields.DatetimeField()
    resolved_at = fields.DatetimeField(null=True)
    acknowledged_at = fields.DatetimeField(null=True)
    acknowledged_by = fields.CharField(200, null=True)

    class Meta:
        table = "low_package_alert"
        indexes = (Index(fields=("parent_id", "raised_at")), Index(fields=("raised_at", "id")))


class AlertChange(Model):
    """An alert as it was raised, acknowledged or resolved; a trigger writes it down beside each of these changes.

    `transaction_id` is PostgreSQL's own, by which `sql/alert_changes.py` reads; on SQLite it is 0.
    """

    id = fields.BigIntField(primary_key=True)
    alert_id = fields.UUIDField()
    parent_id = fields.UUIDField()
    remaining = fields.IntField()
    total_sessions = fields.IntField()
    raised_at = fields.DatetimeField()
    resolved_at = fields.DatetimeField(null=True)
    acknowledged_at = fields.DatetimeField(null=True)
    acknowledged_by = fields.CharField(200, null=True)
    transaction_id = fields.BigIntField(db_index=True)

    class Meta:
        table = "alert_change"


class Period(Model):
    """A billing month, with what the seal counted."""

    month = fields.CharField(7, primary_key=True)
    sealed_at = fields.DatetimeField(null=True)
    approvals = fields.IntField(null=True)
    reversals = fields.IntField(null=True)
    purchases = fields.IntField(null=True)
    sum_minor = fields.BigIntField(null=True)

    class Meta:
        table = "period"


class AuditEntry(AuditEntryRow):
    class Meta:
        table = "audit_entry"
        indexes = (Index(fields=("done_at",)),)


class IdempotencyKey(IdempotencyKeyRow):
    class Meta:
        table = "idempotency_key"


class Outbox(OutboxRow):
    class Meta:
        table = "outbox"


class Inbox(InboxRow):
    class Meta:
        table = "inbox"
