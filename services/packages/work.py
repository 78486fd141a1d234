"""What a use case of packages works with."""

import asyncio
from dataclasses import dataclass, field

from services.packages.domain.organisation import Organisation
from shared.messaging.work import Work


@dataclass(frozen=True, kw_only=True)
class PackagesWork(Work):
    """`alerts_changed` is set when a change of alerts has been committed by this process."""

    organisation: Organisation
    alerts_changed: asyncio.Event = field(default_factory=asyncio.Event)
