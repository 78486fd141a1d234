"""A service whose every message comes twice: `python -m tests.chaos.twice MODULE ARGUMENT...`"""

import runpy
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from shared.messaging.broker import Broker
from shared.messaging.envelope import Event
from shared.messaging.opening import open_broker
from shared.runtime import host


@asynccontextmanager
async def open_doubling(url: str, dead_letters: Path) -> AsyncIterator[Broker]:
    """As `open_broker`; the server itself gets the messages twice."""
    async with open_broker(url, dead_letters) as broker:
        publish = broker.publish

        async def publish_twice(events: Sequence[Event]) -> None:
            await publish(events)
            await publish(events)

        vars(broker)["publish"] = publish_twice
        yield broker


if __name__ == "__main__":
    vars(host)["open_broker"] = open_doubling
    sys.argv = sys.argv[1:]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
