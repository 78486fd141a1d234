"""kill -9 in the middle of a run, and a start again: the cycle completes, nothing is lost or doubled."""

import asyncio
import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from services.billing.component import COMPONENT
from shared.clock import TravellingClock
from shared.contracts.billing import CycleClosed
from tests.services.billing.conftest import Hosting
from tests.services.billing.crowd import PARENTS, SESSIONS_EACH, crowd
from tests.services.billing.desk import ClosedCycles, Desk

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("after_seconds", [0.0, 0.2])
async def test_a_killed_run_completes_after_the_next_start(
    hosting: Hosting,
    settings_of: Callable[..., dict[str, object]],
    clock: TravellingClock,
    invoicing: ClosedCycles,
    after_seconds: float,
) -> None:
    settings = {name: str(value) for name, value in settings_of(["billing"], NIVAA_FREEZE="none").items()}
    await run_and_kill(settings, after_seconds)
    async with hosting([COMPONENT], NIVAA_FREEZE="none", clock=clock) as asker:
        desk = Desk(asker, crowd()[0])
        await desk.listen()
        await asker.host.broker.subscribe("invoicing", [CycleClosed.TOPIC], invoicing.take)
        await desk.until(lambda: len(invoicing.of("2026-10")) >= 3)
        cycle = await desk.run("2026-10")
        assert (cycle["sessionsCounted"], cycle["statementsCount"]) == (PARENTS * SESSIONS_EACH, PARENTS)
        told = {statement.statement_id for part in invoicing.of("2026-10") for statement in part.statements}
        assert told == {statement["id"] for statement in await desk.statements_of("2026-10")}
        check = await desk.ask('mutation { verifyCycle(month: "2026-10") { matches } }')
        assert check["verifyCycle"]["matches"] is True


async def run_and_kill(settings: dict[str, str], after_seconds: float) -> None:
    """Starts a process of its own on the test's database, and kills it a while after the cycle began to close."""
    command = [sys.executable, "-m", "tests.services.billing.killed_run", json.dumps(settings)]
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    assert await process.stdout.readline() == b"closing\n"
    await asyncio.sleep(after_seconds)
    process.kill()
    await process.wait()
