"""What coordinators see of the packages' reconciliation."""

from typing import Self

import strawberry

from services.packages.domain.reconciliation import Difference, Reconciliation
from services.packages.graphql.context import Info
from services.packages.graphql.types import SessionPackage


@strawberry.type(description="A package that disagrees with its movements or its sessions; `words` say how.")
class PackagesDifference:
    words: str
    difference: strawberry.Private[Difference]

    @classmethod
    def of(cls, found: Difference) -> Self:
        return cls(words=found.words, difference=found)

    @strawberry.field
    async def session_package(self, info: Info) -> SessionPackage | None:
        return await SessionPackage.resolve_reference(info, strawberry.ID(str(self.difference.package_id)))


@strawberry.type(
    description="Sold = used + remaining + expired, in sessions, by the movements of every package that was ever sold;"
    " each package is laid beside its movements and beside the sessions that it covers."
)
class PackagesReconciliation:
    agrees: bool
    packages: int
    sold: int
    used: int
    remaining: int
    expired: int
    sessions_covered: int = strawberry.field(description="Approved and not reversed since; as many as are used.")
    differences: list[PackagesDifference] = strawberry.field(description="The first hundred.")
    differences_count: int

    @classmethod
    def of(cls, found: Reconciliation) -> Self:
        return cls(
            agrees=found.agrees,
            packages=found.packages,
            sold=found.ledger.total_sessions,
            used=found.ledger.used_sessions,
            remaining=found.ledger.remaining,
            expired=found.ledger.expired_sessions,
            sessions_covered=found.sessions_covered,
            differences=[PackagesDifference.of(each) for each in found.differences],
            differences_count=found.differences_count,
        )
