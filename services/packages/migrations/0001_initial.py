from uuid import uuid4

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from services.packages.domain.coverage import CoverageKind
from services.packages.domain.ledger import MovementKind
from services.packages.domain.people import PersonKind
from services.packages.domain.sessions import SessionStatus
from shared.ids import new_id


class Migration(migrations.Migration):
    initial = True

    operations = [
        ops.CreateModel(
            name="AuditEntry",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("action", fields.CharField(max_length=40)),
                ("subject_id", fields.UUIDField(db_index=True)),
                ("reason", fields.TextField(null=True, unique=False)),
                ("done_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("done_by", fields.CharField(max_length=200)),
            ],
            options={"table": "audit_entry", "app": "packages", "pk_attr": "id"},
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
            options={"table": "idempotency_key", "app": "packages", "pk_attr": "key"},
            bases=["IdempotencyKeyRow"],
        ),
        ops.CreateModel(
            name="Inbox",
            fields=[
                ("event_id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ("received_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={"table": "inbox", "app": "packages", "pk_attr": "event_id"},
            bases=["InboxRow"],
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
            options={"table": "outbox", "app": "packages", "pk_attr": "id"},
            bases=["OutboxRow"],
        ),
        ops.CreateModel(
            name="PackageOffer",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("name", fields.CharField(max_length=200)),
                ("total_sessions", fields.IntField()),
                ("price_per_session_minor", fields.BigIntField()),
                ("currency", fields.CharField(max_length=3)),
                ("validity_days", fields.IntField(null=True)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={"table": "package_offer", "app": "packages", "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Period",
            fields=[
                ("month", fields.CharField(primary_key=True, unique=True, db_index=True, max_length=7)),
                ("sealed_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("approvals", fields.IntField(null=True)),
                ("reversals", fields.IntField(null=True)),
                ("purchases", fields.IntField(null=True)),
                ("sum_minor", fields.BigIntField(null=True)),
            ],
            options={
                "table": "period",
                "app": "packages",
                "pk_attr": "month",
                "table_description": "A billing month, with what the seal counted.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Person",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "kind",
                    fields.CharEnumField(
                        description="PARENT: PARENT\nCHILD: CHILD\nTUTOR: TUTOR", enum_type=PersonKind, max_length=6
                    ),
                ),
                (
                    "parent",
                    fields.ForeignKeyField(
                        "packages.Person",
                        source_field="parent_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("name", fields.CharField(max_length=200)),
                ("name_folded", fields.CharField(max_length=600)),
                ("email", fields.CharField(null=True, max_length=254)),
                ("phone", fields.CharField(null=True, max_length=32)),
                ("external_ref", fields.CharField(null=True, max_length=200)),
                ("content_sha256", fields.CharField(max_length=64)),
                ("version", fields.IntField(default=1)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "person",
                "app": "packages",
                "indexes": [Index(fields=["kind", "name_folded", "id"]), Index(fields=["parent_id"])],
                "pk_attr": "id",
                "table_description": "A parent, a child of a parent, or a tutor. Lists and searches go by `name_folded`, whatever its letters' case.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="LowPackageAlert",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "parent",
                    fields.ForeignKeyField(
                        "packages.Person",
                        source_field="parent_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("remaining", fields.IntField()),
                ("total_sessions", fields.IntField()),
                ("raised_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("resolved_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("acknowledged_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("acknowledged_by", fields.CharField(null=True, max_length=200)),
            ],
            options={
                "table": "low_package_alert",
                "app": "packages",
                "indexes": [Index(fields=["parent_id", "raised_at"])],
                "pk_attr": "id",
                "table_description": "The numbers follow the parent's lots while it is open.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Session",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "child",
                    fields.ForeignKeyField(
                        "packages.Person",
                        source_field="child_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "parent",
                    fields.ForeignKeyField(
                        "packages.Person",
                        source_field="parent_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "tutor",
                    fields.ForeignKeyField(
                        "packages.Person",
                        source_field="tutor_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("starts_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("duration_minutes", fields.IntField()),
                ("billed_as_addon", fields.BooleanField()),
                ("addon_price_minor", fields.BigIntField(null=True)),
                ("currency", fields.CharField(max_length=3)),
                (
                    "status",
                    fields.CharEnumField(
                        default=SessionStatus.LOGGED,
                        description="LOGGED: LOGGED\nAPPROVED: APPROVED\nREJECTED: REJECTED\nREVERSED: REVERSED",
                        enum_type=SessionStatus,
                        max_length=8,
                    ),
                ),
                ("external_ref", fields.CharField(null=True, max_length=200)),
                ("content_sha256", fields.CharField(max_length=64)),
                ("logged_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("logged_by", fields.CharField(max_length=200)),
            ],
            options={
                "table": "session",
                "app": "packages",
                "indexes": [
                    Index(fields=["child_id", "starts_at"]),
                    Index(fields=["parent_id", "starts_at"]),
                    Index(fields=["tutor_id", "starts_at"]),
                    Index(fields=["status", "starts_at"]),
                ],
                "pk_attr": "id",
                "table_description": "A taught lesson. `parent` is the child's, kept for the family's reads.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Reversal",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "session",
                    fields.OneToOneField(
                        "packages.Session",
                        source_field="session_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("reason", fields.CharField(max_length=500)),
                ("month", fields.CharField(max_length=7)),
                ("reversed_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("reversed_by", fields.CharField(max_length=200)),
            ],
            options={
                "table": "reversal",
                "app": "packages",
                "indexes": [Index(fields=["month"])],
                "pk_attr": "id",
                "table_description": "An approval taken back: one row for a session, ever.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="SessionPackage",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "parent",
                    fields.ForeignKeyField(
                        "packages.Person",
                        source_field="parent_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "child",
                    fields.ForeignKeyField(
                        "packages.Person",
                        source_field="child_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "offer",
                    fields.ForeignKeyField(
                        "packages.PackageOffer",
                        source_field="offer_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("total_sessions", fields.IntField()),
                ("used_sessions", fields.IntField(default=0)),
                ("expired_sessions", fields.IntField(default=0)),
                ("price_per_session_minor", fields.BigIntField()),
                ("discount_minor", fields.BigIntField()),
                ("currency", fields.CharField(max_length=3)),
                ("goodwill", fields.BooleanField()),
                ("purchased_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("purchased_on", fields.DateField()),
                ("expires_on", fields.DateField(null=True)),
                ("last_used_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("month", fields.CharField(max_length=7)),
            ],
            options={
                "table": "session_package",
                "app": "packages",
                "indexes": [Index(fields=["parent_id"]), Index(fields=["month"])],
                "pk_attr": "id",
                "table_description": "A lot. `month` is the cycle that charges it.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Coverage",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "session",
                    fields.OneToOneField(
                        "packages.Session",
                        source_field="session_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "kind",
                    fields.CharEnumField(
                        description="PACKAGE: PACKAGE\nADDON: ADDON\nOVERAGE: OVERAGE",
                        enum_type=CoverageKind,
                        max_length=7,
                    ),
                ),
                (
                    "package",
                    fields.ForeignKeyField(
                        "packages.SessionPackage",
                        source_field="package_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("price_minor", fields.BigIntField()),
                ("currency", fields.CharField(max_length=3)),
                ("month", fields.CharField(max_length=7)),
                ("approved_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("approved_by", fields.CharField(max_length=200)),
            ],
            options={
                "table": "coverage",
                "app": "packages",
                "indexes": [Index(fields=["month"])],
                "pk_attr": "id",
                "table_description": "How an approved session is paid for: one row for a session, ever.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Movement",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "package",
                    fields.ForeignKeyField(
                        "packages.SessionPackage",
                        source_field="package_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "kind",
                    fields.CharEnumField(
                        description="PURCHASED: PURCHASED\nUSED: USED\nRETURNED: RETURNED\nEXPIRED: EXPIRED\nREINSTATED: REINSTATED",
                        enum_type=MovementKind,
                        max_length=10,
                    ),
                ),
                ("sessions", fields.IntField()),
                (
                    "session",
                    fields.ForeignKeyField(
                        "packages.Session",
                        source_field="session_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("moved_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("moved_by", fields.CharField(max_length=200)),
                ("reason", fields.CharField(null=True, max_length=500)),
            ],
            options={
                "table": "movement",
                "app": "packages",
                "indexes": [Index(fields=["package_id", "moved_at"])],
                "pk_attr": "id",
                "table_description": "An entry of a lot's ledger, never changed. `sessions` is signed.",
            },
            bases=["Model"],
        ),
    ]
