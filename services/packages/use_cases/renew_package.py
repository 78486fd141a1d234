"""A package gets a last valid day, and what had expired of it is given back; what extending and reinstating share."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Protocol, TypeVar
from uuid import UUID

from services.packages.domain.alerts import Change, standing_of
from services.packages.domain.ledger import Movement, MovementKind
from services.packages.domain.lots import Lot
from services.packages.domain.reason import check_reason
from services.packages.sql.families import lock_family, new_movements, owner_of, saved_lots
from services.packages.use_cases.settle_alerts import settle_alert
from services.packages.work import PackagesWork
from shared.contracts.packages import PackageRenewed
from shared.mutations.audit import record_audit
from shared.mutations.idempotency import claim_key


class Renewal(Protocol):
    @property
    def package_id(self) -> UUID: ...

    @property
    def reason(self) -> str: ...


RenewalT = TypeVar("RenewalT", bound=Renewal)


async def renew_package(
    work: PackagesWork,
    asked: RenewalT,
    last_valid_day: Callable[[Lot, RenewalT, date], date | None],
    action: str,
    idempotency_key: str | None,
    by: str,
) -> UUID:
    """`last_valid_day` decides it for the lot on a day, or refuses; `action` is for the audit trail.

    Raises NotFound, InvalidInput, IdempotencyKeyReused.
    """
    reason = check_reason(asked.reason)
    now = work.clock.now()
    today = work.organisation.date_of(now)
    async with work.database.transaction() as transaction:
        first = await claim_key(transaction, idempotency_key, asked, asked.package_id, now)
        if first is not None:
            return first
        family = await lock_family(transaction, await owner_of(transaction, asked.package_id))
        lot = family.lots[asked.package_id]
        renewed = lot.reinstate(last_valid_day(lot, asked, today))
        await transaction.write(
            saved_lots([renewed]),
            new_movements(_reinstatement(lot, reason), now, by),
            work.outbox.staging(transaction, news_of(family.parent_id, lot, renewed, now), now),
        )
        await record_audit(transaction, action, lot.id, reason, now, by)
        standing = standing_of((family.lots | {lot.id: renewed}).values(), today)
        await settle_alert(work, transaction, family, standing, Change.GIVEN, now)
    return asked.package_id


def news_of(parent_id: UUID, before: Lot, after: Lot, now: datetime) -> list[PackageRenewed]:
    """What the others are told when the last valid day is another one."""
    if before.expires_on == after.expires_on:
        return []
    told = PackageRenewed(package_id=after.id, parent_id=parent_id, expires_on=after.expires_on, renewed_at=now)
    return [told]


def _reinstatement(lot: Lot, reason: str) -> list[Movement]:
    """None where nothing of the lot had expired."""
    if not lot.expired_sessions:
        return []
    return [Movement(package_id=lot.id, kind=MovementKind.REINSTATED, sessions=lot.expired_sessions, reason=reason)]
