"""Approving the sessions of one family, one after the other."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import msgspec

from services.packages.domain.alerts import Standing, standing_of
from services.packages.domain.coverage import Coverage, TaughtSession, decide_coverage
from services.packages.domain.lots import Lot
from services.packages.domain.organisation import Organisation


class Approval(msgspec.Struct, frozen=True, gc=False):
    session: TaughtSession
    coverage: Coverage


class FamilyApprovals(msgspec.Struct, frozen=True, gc=False):
    """`changed` are the lots that burned, as they are in the end; `standings` what each deduction left."""

    approvals: list[Approval]
    changed: list[Lot]
    standings: list[Standing]


def approve_in_order(
    sessions: Iterable[TaughtSession], lots: Iterable[Lot], organisation: Organisation, now: datetime
) -> FamilyApprovals:
    """In order of session start, each deduction seeing those before it.

    Each uses its lot a microsecond after the one before, so that "used last" has one meaning in a batch too.
    """
    today = organisation.date_of(now)
    left = {lot.id: lot for lot in lots}
    approvals: list[Approval] = []
    changed: dict[object, Lot] = {}
    standings: list[Standing] = []
    for session in sorted(sessions, key=lambda one: (one.starts_at, one.id)):
        coverage = decide_coverage(session, left.values(), organisation.default_session_price, today)
        approvals.append(Approval(session, coverage))
        if coverage.lot is not None:
            left[coverage.lot.id] = changed[coverage.lot.id] = coverage.lot.use(
                now + timedelta(microseconds=len(approvals))
            )
            standings += filter(None, [standing_of(left.values(), today)])
    return FamilyApprovals(approvals, list(changed.values()), standings)
