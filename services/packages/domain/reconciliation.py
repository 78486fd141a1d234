"""Sold = used + remaining + expired: what lots say of themselves, their movements, and the sessions they paid for."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from services.packages.domain.ledger import Balance


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A lot whose witnesses disagree. `sessions_covered` are approved, and not reversed since."""

    package_id: UUID
    parent_id: UUID
    lot: Balance
    ledger: Balance
    sessions_covered: int

    @property
    def words(self) -> str:
        sides = (("sold", "total_sessions"), ("used", "used_sessions"), ("expired", "expired_sessions"))
        found = [
            f"{getattr(self.lot, name)} {word} by the package and {getattr(self.ledger, name)} by its movements"
            for word, name in sides
            if getattr(self.lot, name) != getattr(self.ledger, name)
        ]
        if self.sessions_covered != self.lot.used_sessions:
            found.append(f"{self.lot.used_sessions} used by the package and {self.sessions_covered} sessions covered")
        return f"package {self.package_id}: {'; '.join(found)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciliation:
    """`sold` is what the lots' movements add up to, like the others but `sessions_covered`."""

    packages: int
    ledger: Balance
    sessions_covered: int
    differences_count: int
    differences: Sequence[Difference]

    @property
    def agrees(self) -> bool:
        return not self.differences_count
