"""Waiting a moment for a person whom packages has just told of.

A coordinator who creates a tutor and sets the rate right after would otherwise race the event between the services.
"""

import asyncio
from contextlib import suppress
from uuid import UUID

from services.billing.sql.people import is_known
from services.billing.work import BillingWork
from shared.contracts.packages import PersonKind
from shared.errors import NotFound

PATIENCE_SECONDS = 2.0
BACKSTOP_SECONDS = 0.5


async def require_person(work: BillingWork, person_id: UUID, kind: PersonKind) -> None:
    """Raises NotFound when no such person is known within PATIENCE_SECONDS. Not to be called in a transaction."""
    loop = asyncio.get_running_loop()
    until = loop.time() + PATIENCE_SECONDS
    while True:
        arrival = work.arrivals.next()
        if await is_known(work.database, person_id, kind):
            return
        if loop.time() >= until:
            raise NotFound(f"no such {kind.lower()}: {person_id}")
        with suppress(TimeoutError):
            async with asyncio.timeout(BACKSTOP_SECONDS):
                await arrival.wait()
