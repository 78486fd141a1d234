"""When a parent is low on sessions, and what happens to the alert.

The line is strict: at exactly 20 % there is no alert. An open alert is resolved only by what gives sessions
back; a deduction that happens to lift the ratio (the last session of an almost empty lot) leaves it open.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from fractions import Fraction
from uuid import UUID

import msgspec

from services.packages.domain.lots import Lot, PackageStatus


@dataclass(frozen=True, slots=True)
class LowLine:
    """Low is `remaining < threshold * total`, or at most `floor` left where a floor is set."""

    threshold: Fraction
    floor: int | None = None


class Standing(msgspec.Struct, frozen=True, gc=False):
    remaining: int
    total_sessions: int

    def is_low(self, line: LowLine) -> bool:
        share = line.threshold
        below = self.remaining * share.denominator < self.total_sessions * share.numerator
        return below or (line.floor is not None and self.remaining <= line.floor)


class Change(StrEnum):
    """What happened to a parent's lots."""

    TAKEN = "TAKEN"
    GIVEN = "GIVEN"


class AlertStep(StrEnum):
    RAISE = "RAISE"
    RESOLVE = "RESOLVE"


STEPS: Mapping[tuple[bool, bool, Change], AlertStep] = {
    (False, True, Change.TAKEN): AlertStep.RAISE,
    (False, True, Change.GIVEN): AlertStep.RAISE,
    (True, False, Change.GIVEN): AlertStep.RESOLVE,
}
"""By: is an alert open, is the parent low, what happened. Whatever is not listed leaves the alert as it is."""


def next_step(*, is_open: bool, is_low: bool, change: Change) -> AlertStep | None:
    return STEPS.get((is_open, is_low, change))


class AlertOutcome(msgspec.Struct, frozen=True, gc=False):
    """The step to take, the standing that called for it, and the standing in the end."""

    step: AlertStep | None
    at_step: Standing
    at_end: Standing


def follow(standings: Sequence[Standing], *, is_open: bool, change: Change, line: LowLine) -> AlertOutcome:
    """What a row of changes of one kind, each leaving a standing, does to the alert; there is at least one."""
    for standing in standings:
        step = next_step(is_open=is_open, is_low=standing.is_low(line), change=change)
        if step is not None:
            return AlertOutcome(step, standing, standings[-1])
    return AlertOutcome(None, standings[-1], standings[-1])


def standing_of(lots: Collection[Lot], today: date) -> Standing | None:
    """Over the active lots together; without one, over the lot used last; None for a parent who never bought."""
    counted = [lot for lot in lots if lot.status(today) is PackageStatus.ACTIVE]
    if not counted and lots:
        counted = [max(lots, key=_recency)]
    if not counted:
        return None
    return Standing(sum(lot.remaining for lot in counted), sum(lot.total_sessions for lot in counted))


def _recency(lot: Lot) -> tuple[bool, datetime, UUID]:
    return (lot.last_used_at is not None, lot.last_used_at or lot.purchased_at, lot.id)
