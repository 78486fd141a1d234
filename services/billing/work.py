"""What a use case of billing works with."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from zoneinfo import ZoneInfo

from services.billing.domain.statements import TaxRate
from services.billing.errands import Errands
from shared.messaging.arrivals import Arrivals
from shared.messaging.work import Work
from shared.period import local_date


@dataclass(frozen=True, kw_only=True)
class BillingWork(Work):
    """Months are those of `zone`. `patience_seconds` bounds how long a run waits for the packages service, and
    `answer_seconds` how long whoever asked for it waits for the run.

    `progressed` is set when this process has committed a step of a month.
    """

    zone: ZoneInfo
    currency: str
    taxes: Sequence[TaxRate] = ()
    patience_seconds: float = 30.0
    answer_seconds: float | None = None
    arrivals: Arrivals = field(default_factory=Arrivals)
    errands: Errands = field(default_factory=Errands)
    progressed: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def today(self) -> date:
        return local_date(self.clock.now(), self.zone)
