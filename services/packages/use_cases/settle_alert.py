"""What a change of lots does to the family's low-package alert; part of the change's own transaction."""

from collections.abc import Sequence
from datetime import datetime

import structlog

from services.packages.domain.alerts import AlertOutcome, AlertStep, Change, Standing, follow
from services.packages.sql.alerts import follow_standing, raise_alert, resolve_alert
from services.packages.sql.families import Family
from services.packages.work import PackagesWork
from shared.contracts.packages import LowPackageRaised, LowPackageResolved
from shared.database.database import Transaction
from shared.ids import new_id

log = structlog.get_logger()


async def settle_alert(
    work: PackagesWork,
    transaction: Transaction,
    family: Family,
    standings: Sequence[Standing | None],
    change: Change,
    now: datetime,
) -> None:
    """`standings` are what each change left. The family is locked, so nobody else raises or resolves meanwhile.

    An alert that cannot be written is logged and given up, behind a savepoint: the deduction stands without it.
    The next change of the family's lots looks again.
    """
    known = [standing for standing in standings if standing is not None]
    if not known:
        return
    outcome = follow(known, is_open=family.open_alert_id is not None, change=change, line=work.organisation.low_line)
    if outcome.step is None and family.open_alert_id is None:
        return
    try:
        async with transaction.savepoint():
            await _write(work, transaction, family, outcome, now)
        transaction.after_commit(work.alerts_changed.set)
    except Exception:
        log.exception("low-package alert given up", parent_id=str(family.parent_id))


async def _write(
    work: PackagesWork, transaction: Transaction, family: Family, outcome: AlertOutcome, now: datetime
) -> None:
    alert_id = family.open_alert_id
    if outcome.step is AlertStep.RAISE:
        await _raise(work, transaction, family, outcome, now)
    elif alert_id is not None and outcome.step is AlertStep.RESOLVE:
        await resolve_alert(transaction, alert_id, outcome.at_step, now)
        told = LowPackageResolved(
            alert_id=alert_id,
            parent_id=family.parent_id,
            parent_name=family.parent_name,
            remaining=outcome.at_step.remaining,
            total_sessions=outcome.at_step.total_sessions,
            resolved_at=now,
        )
        await work.outbox.stage(transaction, [told], now)
    elif alert_id is not None:
        await follow_standing(transaction, alert_id, outcome.at_end)


async def _raise(
    work: PackagesWork, transaction: Transaction, family: Family, outcome: AlertOutcome, now: datetime
) -> None:
    alert_id = new_id()
    await raise_alert(transaction, alert_id, family.parent_id, outcome.at_end, now)
    told = LowPackageRaised(
        alert_id=alert_id,
        parent_id=family.parent_id,
        parent_name=family.parent_name,
        remaining=outcome.at_step.remaining,
        total_sessions=outcome.at_step.total_sessions,
        raised_at=now,
    )
    await work.outbox.stage(transaction, [told], now)
