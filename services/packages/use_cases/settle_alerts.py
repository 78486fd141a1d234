"""What changes of lots do to their families' low-package alerts; part of the changes' own transaction."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import structlog

from services.packages.domain.alerts import AlertOutcome, AlertStep, Change, Standing, follow
from services.packages.sql.alerts import changed_alerts, new_alerts
from services.packages.sql.families import Family
from services.packages.work import PackagesWork
from shared.contracts import Contract
from shared.contracts.packages import LowPackageRaised, LowPackageResolved
from shared.database.database import Transaction
from shared.ids import new_id

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Settlement:
    """What there is to write about one family's alert, which is open already or to be raised."""

    family: Family
    outcome: AlertOutcome
    alert_id: UUID


async def settle_alerts(
    work: PackagesWork,
    transaction: Transaction,
    changes: Iterable[tuple[Family, Sequence[Standing]]],
    change: Change,
    now: datetime,
) -> None:
    """Families with the standings that each of their changes left. They are locked, so nobody else raises or resolves.

    An alert that cannot be written is logged and given up, behind a savepoint: the deduction stands without it.
    The next change of the family's lots looks again.
    """
    settlements = [
        _Settlement(family, outcome, family.open_alert_id or new_id())
        for family, standings in changes
        if standings and (outcome := _outcome(work, family, standings, change))
    ]
    if settlements:
        await _settle(work, transaction, settlements, now)


async def settle_alert(
    work: PackagesWork,
    transaction: Transaction,
    family: Family,
    standing: Standing | None,
    change: Change,
    now: datetime,
) -> None:
    """The same for one family and one change."""
    await settle_alerts(work, transaction, [(family, [] if standing is None else [standing])], change, now)


def _outcome(work: PackagesWork, family: Family, standings: Sequence[Standing], change: Change) -> AlertOutcome | None:
    """None when there is nothing to write."""
    is_open = family.open_alert_id is not None
    outcome = follow(standings, is_open=is_open, change=change, line=work.organisation.low_line)
    return outcome if is_open or outcome.step else None


async def _settle(
    work: PackagesWork, transaction: Transaction, settlements: Sequence[_Settlement], now: datetime
) -> None:
    """All behind one savepoint; when that fails, each behind its own."""
    try:
        async with transaction.savepoint():
            await _write(work, transaction, settlements, now)
        transaction.after_commit(work.alerts_changed.set)
    except Exception:
        if len(settlements) == 1:
            log.exception("low-package alert given up", parent_id=str(settlements[0].family.parent_id))
            return
        for settlement in settlements:
            await _settle(work, transaction, [settlement], now)


async def _write(
    work: PackagesWork, transaction: Transaction, settlements: Sequence[_Settlement], now: datetime
) -> None:
    raised = [one for one in settlements if one.outcome.step is AlertStep.RAISE]
    others = [one for one in settlements if one.outcome.step is not AlertStep.RAISE]
    await transaction.write(
        new_alerts([(one.alert_id, one.family.parent_id, one.outcome.at_end) for one in raised], now),
        changed_alerts([(one.alert_id, one.outcome.at_end, _resolved_at(one, now)) for one in others]),
        work.outbox.staging(transaction, [_told(one, now) for one in settlements if one.outcome.step], now),
    )


def _resolved_at(settlement: _Settlement, now: datetime) -> datetime | None:
    return now if settlement.outcome.step is AlertStep.RESOLVE else None


def _told(settlement: _Settlement, now: datetime) -> Contract:
    family, outcome = settlement.family, settlement.outcome
    if outcome.step is AlertStep.RAISE:
        return LowPackageRaised(
            alert_id=settlement.alert_id,
            parent_id=family.parent_id,
            parent_name=family.parent_name,
            remaining=outcome.at_step.remaining,
            total_sessions=outcome.at_step.total_sessions,
            raised_at=now,
        )
    return LowPackageResolved(
        alert_id=settlement.alert_id,
        parent_id=family.parent_id,
        parent_name=family.parent_name,
        remaining=outcome.at_step.remaining,
        total_sessions=outcome.at_step.total_sessions,
        resolved_at=now,
    )
