"""The ledger of a lot: append-only movements, from which everything the lot says of itself can be recomputed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

import msgspec


class MovementKind(StrEnum):
    PURCHASED = "PURCHASED"
    USED = "USED"
    RETURNED = "RETURNED"
    EXPIRED = "EXPIRED"
    REINSTATED = "REINSTATED"


class Movement(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """An entry of a lot's ledger. `sessions` is signed; `session_id` is the one that was used or returned."""

    package_id: UUID
    kind: MovementKind
    sessions: int
    session_id: UUID | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Balance:
    total_sessions: int
    used_sessions: int
    expired_sessions: int

    @property
    def remaining(self) -> int:
        return self.total_sessions - self.used_sessions - self.expired_sessions


COUNTERS: Mapping[MovementKind, tuple[int, int, int]] = {
    MovementKind.PURCHASED: (1, 0, 0),
    MovementKind.USED: (0, -1, 0),
    MovementKind.RETURNED: (0, -1, 0),
    MovementKind.EXPIRED: (0, 0, -1),
    MovementKind.REINSTATED: (0, 0, -1),
}
"""How a movement's signed sessions count towards the total, the used and the expired."""


def balance_of(movements: Iterable[tuple[MovementKind, int]]) -> Balance:
    """Adds up a lot's movements, given as kind and signed sessions."""
    total = used = expired = 0
    for kind, sessions in movements:
        to_total, to_used, to_expired = COUNTERS[kind]
        total += to_total * sessions
        used += to_used * sessions
        expired += to_expired * sessions
    return Balance(total, used, expired)
