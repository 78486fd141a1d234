"""What happens to the servers and to the services while a month is gone through."""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import cycle, islice

from tests.chaos.month import Stage
from tests.chaos.plant import Plant
from tests.system.desk import until
from tests.system.product import Product

AWAY_SECONDS = 3
FAILING_SECONDS = 10
LONGEST_PAUSE_SECONDS = 1.5


class Scene:
    """Where it happens, by seed, at which stages it did, and how often each service was killed."""

    def __init__(self, plant: Plant, product: Product, seed: int) -> None:
        self.plant = plant
        self.product = product
        self.chance = random.Random(seed)  # noqa: S311 - chance that can be repeated is the point
        self.kills: Counter[str] = Counter()
        self.struck: list[Stage] = []
        self.striking = asyncio.Lock()
        self.victims = cycle(self.chance.sample(product.servers, k=len(product.servers)))


Disturbance = Callable[[Scene], Awaitable[None]]


@dataclass(frozen=True)
class Trouble:
    """What happens `at` each stage; see Form for `launcher`."""

    at: Mapping[Stage, Disturbance] = field(default_factory=dict)
    launcher: Sequence[str] = ()

    @classmethod
    def always(cls, disturbance: Disturbance) -> "Trouble":
        return cls(dict.fromkeys(Stage, disturbance))

    async def strike(self, stage: Stage, scene: Scene) -> None:
        if stage in self.at:
            async with scene.striking:  # what was stopped is started before it is stopped again
                await self.at[stage](scene)
                scene.struck.append(stage)


def kill_services(number: int) -> Disturbance:
    """kill -9 of so many of the services in turn, each some moment after the one before it is back."""

    async def kill(scene: Scene) -> None:
        for server in islice(scene.victims, number):
            await asyncio.sleep(scene.chance.uniform(0, LONGEST_PAUSE_SECONDS))
            if not server.has_ended:
                server.kill()
                scene.kills[server.output.stem] += 1
            await until(server.is_ready)

    return kill


async def restart_postgres(scene: Scene) -> None:
    await asyncio.to_thread(scene.plant.postgres.stop)
    await asyncio.sleep(AWAY_SECONDS)
    await asyncio.to_thread(scene.plant.postgres.start)


async def restart_rabbitmq(scene: Scene) -> None:
    await asyncio.to_thread(scene.plant.rabbitmq.stop)
    await asyncio.sleep(AWAY_SECONDS)
    await asyncio.to_thread(scene.plant.rabbitmq.start)


async def close_all_connections(scene: Scene) -> None:
    await asyncio.to_thread(scene.plant.rabbitmq.control, "close_all_connections", "a test")


async def fail_the_bucket(scene: Scene) -> None:
    scene.plant.s3.failing = True
    await asyncio.sleep(FAILING_SECONDS)
    scene.plant.s3.failing = False
