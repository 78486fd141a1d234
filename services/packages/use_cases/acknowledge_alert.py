"""A coordinator has seen a low-package alert. It stays open."""

from uuid import UUID

from services.packages.sql.alerts import acknowledge, alert_exists
from services.packages.work import PackagesWork
from shared.errors import NotFound


async def acknowledge_alert(work: PackagesWork, alert_id: UUID, by: str) -> None:
    """The first acknowledgement stays. Raises NotFound."""
    async with work.database.transaction() as transaction:
        if not await alert_exists(transaction, alert_id):
            raise NotFound(f"no low-package alert {alert_id}")
        await acknowledge(transaction, alert_id, work.clock.now(), by)
        transaction.after_commit(work.alerts_changed.set)
