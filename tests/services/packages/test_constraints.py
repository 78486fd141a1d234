"""The database refuses by itself what the rules forbid."""

import pytest
from tortoise.exceptions import IntegrityError

from tests.services.packages.desk import Desk, local, move_in

FORBIDDEN = [
    "UPDATE session_package SET used_sessions = -1",
    "UPDATE session_package SET used_sessions = total_sessions + 1",
    "UPDATE session_package SET expired_sessions = total_sessions",
    "UPDATE session_package SET discount_minor = total_sessions * price_per_session_minor + 1",
    "UPDATE session_package SET total_sessions = 0",
    "UPDATE movement SET sessions = -2",
    "DELETE FROM movement",
    "UPDATE coverage SET price_minor = 1",
    "DELETE FROM coverage",
    "UPDATE session SET duration_minutes = 0",
    "UPDATE session SET status = 'PAID'",
    "UPDATE person SET parent_id = NULL WHERE kind = 'CHILD'",
    "UPDATE period SET sealed_at = '2026-10-01 00:00:00+00:00'",
    "DELETE FROM session",
    """INSERT INTO low_package_alert (id, parent_id, remaining, total_sessions, raised_at)
       SELECT '018f0000-0000-7000-8000-000000000001', parent_id, 0, 1, raised_at FROM low_package_alert""",
]


async def test_the_database_refuses(desk: Desk) -> None:
    family = await move_in(desk)
    await desk.sell(family.asha, 1, "500")
    await desk.teach(family.ira, family.meena, local("2026-09-21 17:00"))
    database = desk.asker.host.databases["packages"]
    for statement in FORBIDDEN:
        with pytest.raises(IntegrityError):
            await database.execute(statement)
