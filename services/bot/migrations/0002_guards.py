"""What Tortoise does not create: checks, and the indexes that find what is due."""

from tortoise import migrations

from shared.database.guards import Check, Indexes, Together

DUE = "CREATE INDEX notification_due ON notification (due_at, id) WHERE state = 'PENDING'"
IN_ORDER = "CREATE INDEX notification_in_order ON notification (subject, id) WHERE state = 'PENDING'"


class Migration(migrations.Migration):
    dependencies = [("bot", "0001_initial")]

    operations = [
        Together(
            Check("link_invitation", "link_invitation_role", "role IN ('parent', 'tutor', 'coordinator')", ["role"]),
            Check("telegram_link", "telegram_link_role", "role IN ('parent', 'tutor', 'coordinator')", ["role"]),
            Check(
                "notification",
                "notification_state",
                "state IN ('PENDING', 'SENT', 'BLOCKED', 'FAILED') AND attempts >= 0",
                ["state", "attempts"],
            ),
            Indexes(DUE, IN_ORDER),
        )
    ]
