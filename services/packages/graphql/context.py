"""What a resolver of packages works with."""

from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from services.packages.graphql.loaders import Loaders
from services.packages.reads import Reads
from services.packages.work import PackagesWork
from shared.database.row import Row
from shared.database.watch import Watch
from shared.graphql.context import Context
from shared.graphql.context import Info as SharedInfo


@dataclass(frozen=True, kw_only=True)
class PackagesContext(Context):
    work: PackagesWork
    reads: Reads
    loaders: Loaders
    alerts: Watch[None, Row]

    @property
    def today(self) -> date:
        return self.work.organisation.date_of(self.work.clock.now())

    @property
    def actor(self) -> str:
        """Who is written down as having done it."""
        return self.viewer.subject


Info: TypeAlias = SharedInfo[PackagesContext]
