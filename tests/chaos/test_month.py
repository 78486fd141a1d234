"""A month goes through while what it stands on comes and goes, and everything in it happens exactly once."""

from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.chaos.arranged import Arranger, broker_url
from tests.chaos.month import Stage
from tests.chaos.plant import Plant, Supervisor
from tests.chaos.reckoning import reckon
from tests.chaos.troubles import (
    Scene,
    Trouble,
    close_all_connections,
    fail_the_bucket,
    kill_services,
    restart_postgres,
    restart_rabbitmq,
)
from tests.system.desk import at_desk

FAMILIES, FEW_FAMILIES = 400, 30
"""Each with six sessions and an invoice."""

TROUBLES: Mapping[str, Trouble] = {
    "services are killed": Trouble.always(kill_services(5)),
    "RabbitMQ is stopped and started": Trouble.always(restart_rabbitmq),
    "all connections are closed": Trouble.always(close_all_connections),
    "PostgreSQL is stopped and started": Trouble.always(restart_postgres),
    "the bucket answers 500": Trouble({Stage.RENDERING: fail_the_bucket}),
    "every message comes twice": Trouble(launcher=["tests.chaos.twice"]),
}
SEEDS = {"services are killed": (1, 2, 3)}
UNKINDLY_KILLED = Trouble(dict.fromkeys(Stage, kill_services(2)), ["tests.conformance.unkind", "1"])
FEW = [pytest.param(UNKINDLY_KILLED, FEW_FAMILIES, 1, id="few families, services are killed, the broker is unkind")]
FULL = [
    pytest.param(trouble, FAMILIES, seed, id=f"{name}, {seed}", marks=pytest.mark.chaos)
    for name, trouble in TROUBLES.items()
    for seed in SEEDS.get(name, (1,))
]


@pytest.mark.timeout(900)
@pytest.mark.parametrize(("trouble", "families", "seed"), [*FEW, *FULL])
async def test_everything_happens_once(
    trouble: Trouble,
    families: int,
    seed: int,
    plant: Plant,
    arranger: Arranger,
    tmp_path: Path,
    record_property: Callable[[str, object], None],
) -> None:
    async with (
        arranger.product(families, tmp_path, trouble.launcher) as (product, month),
        at_desk(product.gateway) as desk,
    ):
        scene = Scene(plant, product, seed)
        async with Supervisor(product).at_work() as supervisor:
            await month.go_through(desk, lambda stage: trouble.strike(stage, scene))
        assert scene.struck == list(trouble.at)
        counts = await reckon(desk, month, broker_url(product))
    trouble_counts = {
        "struck when": ", ".join(stage.name.lower() for stage in scene.struck) or "always",
        "kills": _told(scene.kills),
        "restarts": _told(supervisor.starts),
    }
    record_property("counts", trouble_counts | counts)


def _told(numbers: Counter[str]) -> str:
    each = ", ".join(f"{name} {number}" for name, number in sorted(numbers.items()))
    return f"{numbers.total()}: {each}" if each else "none"
