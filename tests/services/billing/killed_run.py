"""A process that runs October of the crowd and is killed by its test: settings as JSON in the first argument.

Prints "closing" once the cycle is. Whoever hears of the close here never answers, so that its events stay staged.
"""

import asyncio
import json
import sys
from collections.abc import Sequence
from uuid import UUID

from services.billing.component import COMPONENT
from shared.clock import TravellingClock
from shared.contracts.billing import CycleClosed
from shared.messaging.envelope import Event
from shared.runtime.host import open_host
from tests.asking import Asker
from tests.services.billing.crowd import crowd
from tests.services.billing.desk import Desk
from tests.services.billing.packages_side import at


async def main(settings: dict[str, object]) -> None:
    packages, tutors = crowd()
    clock = TravellingClock()
    clock.travel_to(at("2026-11-02 10:00"))
    async with open_host([COMPONENT], env_files=(), clock=clock, overrides=settings) as host:
        desk = Desk(Asker(host), packages)
        await desk.listen()
        await desk.hear(packages.facts())
        for tutor in tutors:
            await desk.set_rate(UUID(tutor), "300", "2026-01-01")
        await host.broker.subscribe("invoicing", [CycleClosed.TOPIC], never_done)
        run = asyncio.create_task(desk.run("2026-10"))
        while not await desk.database.rows("SELECT 1 AS begun FROM billing_cycle WHERE status <> 'OPEN'"):
            await asyncio.sleep(0)
        sys.stdout.write("closing\n")
        sys.stdout.flush()
        await run
        await asyncio.Event().wait()


async def never_done(_: Sequence[Event]) -> None:
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(json.loads(sys.argv[1])))
