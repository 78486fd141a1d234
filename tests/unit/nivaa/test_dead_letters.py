"""The commands for dead letters, on either broker, beside the process whose letters they are."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from nivaa.commands.dead_letters import QUEUES
from services.embedded import COMPONENTS
from shared.contracts.billing import PeriodClosing
from shared.messaging.broker import Broker
from shared.messaging.envelope import Event
from shared.messaging.opening import open_broker
from tests.eventually import eventually

NOW = datetime(2026, 11, 3, tzinfo=UTC)
MONTHS = ("2026-08", "2026-09", "2026-10")


@dataclass
class Service:
    """Takes nothing as long as it is told so."""

    broker: Broker
    folder: Path
    broker_url: str
    sick: bool = True
    months: list[str] = field(default_factory=list)

    async def deliver(self, events: Sequence[Event]) -> None:
        if events and self.sick:
            raise ValueError("a [bold] reason")
        self.months += [msgspec.json.decode(event.body, type=PeriodClosing).month for event in events]

    async def run(self, *arguments: str) -> tuple[int, str]:
        """A command's status, and what it said."""
        environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(Path.cwd()), "NIVAA_BROKER_URL": self.broker_url}
        command = [sys.executable, "-m", "nivaa", "dead-letters", *arguments, "--data-dir", str(self.folder)]
        process = await asyncio.create_subprocess_exec(
            *command,
            cwd=self.folder,
            env=environment,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        output, _ = await process.communicate()
        return process.returncode or 0, output.decode()


@pytest.fixture
async def service(broker_url: str, tmp_path: Path) -> AsyncIterator[Service]:
    """Packages, with three dead letters."""
    async with open_broker(broker_url, tmp_path / "dead-letters") as broker:
        service = Service(broker, tmp_path, broker_url)
        await broker.subscribe("packages", [PeriodClosing.TOPIC], service.deliver)
        await broker.publish([Event.about(PeriodClosing(month=month), NOW) for month in MONTHS])

        async def all_died() -> bool:
            return len(await broker.dead_letters("packages")) == len(MONTHS)

        await eventually(all_died)
        yield service


async def test_letters_are_listed_shown_and_put_back(service: Service) -> None:
    status, listed = await service.run("list")
    lines = listed.splitlines()
    assert (status, len(lines)) == (0, 3)
    assert all("  packages  billing.period_closing.v1  " in line and "a [bold] reason" in line for line in lines)
    assert (await service.run("list", "--queue", "billing"))[1] == "No dead letters.\n"

    second = lines[1].split()[0]
    status, shown = await service.run("show", second)
    assert status == 0
    assert '"month": "2026-09"' in shown
    assert "a [bold] reason" in shown

    service.sick = False
    assert await service.run("replay", second) == (0, "Put back: 1.\n")
    await eventually(lambda: service.months == ["2026-09"])
    assert await service.run("replay", "--all", "--queue", "packages") == (0, "Put back: 2.\n")
    await eventually(lambda: sorted(service.months) == list(MONTHS))
    assert await service.run("list") == (0, "No dead letters.\n")


def test_every_service_with_an_inbox_has_a_queue() -> None:
    assert list(QUEUES) == [component.name for component in COMPONENTS if component.has_tables]


@pytest.mark.parametrize(
    ("arguments", "status", "complaint"),
    [
        (("replay",), 2, "--all"),
        (("replay", "--all", "01890000-0000-7000-8000-000000000000"), 2, "--all"),
        (("show", "01890000-0000-7000-8000-000000000000"), 1, "no dead letter about 01890000"),
        (("list", "--queue", "nobody"), 1, "no service called nobody"),
    ],
)
async def test_what_cannot_be_done_is_said(
    tmp_path: Path, arguments: tuple[str, ...], status: int, complaint: str
) -> None:
    async with _nothing_dead(tmp_path) as service:
        ended, said = await service.run(*arguments)
    assert (ended, complaint in said, "Traceback" in said) == (status, True, False)


@asynccontextmanager
async def _nothing_dead(folder: Path) -> AsyncIterator[Service]:
    async with open_broker("memory://", folder / "dead-letters") as broker:
        yield Service(broker, folder, "memory://")
