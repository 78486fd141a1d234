"""What a use case of invoicing works with."""

import asyncio
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from services.invoicing.document.model import Organisation
from shared.messaging.arrivals import Arrivals
from shared.messaging.work import Work


@dataclass(frozen=True, kw_only=True)
class InvoicingWork(Work):
    """`queued` wakes the rendering of documents; dates are those of `zone`."""

    organisation: Organisation
    zone: ZoneInfo
    queued: asyncio.Event = field(default_factory=asyncio.Event)
    arrivals: Arrivals = field(default_factory=Arrivals)
