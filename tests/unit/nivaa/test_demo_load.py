"""The demo loaded for real, by a few families: through the gateway, in process, over SQLite files."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from rich.console import Console

from nivaa.commands.up import as_coordinator
from nivaa.cycle import show_cycle, show_preview, watch_documents
from nivaa.demo.actions import Action
from nivaa.demo.faces import faces_of
from nivaa.demo.journal import Journal, Origin
from nivaa.demo.load import JOURNAL_NAME, DemoLoad, demo_journal
from nivaa.demo.organisation import SEED, organisation_of
from nivaa.gateway import Gateway
from nivaa.welcome import FIRST_QUERY
from services.embedded import COMPONENTS
from shared.auth.viewer import Role
from shared.clock import TravellingClock
from shared.errors import NivaaError
from shared.period import local_date
from shared.runtime.host import Host, open_host
from tests.few_families import few_families

FAMILIES = 2
ZONE = ZoneInfo("Asia/Kolkata")

SUMMARY = """
query Summary($month: Month!) {
  parents(first: 100) {
    nodes {
      name remaining totalSessions children { name }
      sessionPackages(first: 100) { nodes { totalSessions usedSessions status } }
    }
  }
  tutors(first: 1) { totalCount }
  logged: sessions(filter: { status: LOGGED }, first: 1) { totalCount }
  approved: sessions(filter: { status: APPROVED }, first: 1) { totalCount }
  rejected: sessions(filter: { status: REJECTED }, first: 1) { totalCount }
  reversed: sessions(filter: { status: REVERSED }, first: 1) { totalCount }
  lowPackageAlerts(first: 1) { totalCount }
  packageOffers { totalSessions pricePerSession { amount } }
  billingCycles { nodes { month status sessionsCounted statementsCount invoicedTotal { amount } } }
  billingCycle(month: $month) { payoutTotal { amount } }
  payouts(first: 100) {
    nodes { tutor { name } sessionsCompleted addonSessions netAmount { amount } status reference }
  }
}"""


class Killed(Exception):
    """The process dies here."""


@asynccontextmanager
async def hosted(data_dir: Path, clock: TravellingClock) -> AsyncIterator[Host]:
    overrides = {"NIVAA_DATA_DIR": data_dir, "NIVAA_FREEZE": "none"}
    async with open_host(COMPONENTS, env_files=(), clock=clock, overrides=overrides) as host:
        yield host


@asynccontextmanager
async def loading(data_dir: Path) -> AsyncIterator[tuple[DemoLoad, Gateway]]:
    """A process that loads what is missing of a few families."""
    clock = TravellingClock()
    journal = demo_journal(data_dir, ZONE, clock)
    assert journal is not None
    with journal:
        load = DemoLoad(few_families(organisation_of(journal.origin), FAMILIES), journal, clock)
        async with hosted(data_dir, clock) as host:
            yield load, as_coordinator(host)


async def load_all(data_dir: Path) -> None:
    async with loading(data_dir) as (load, gateway):
        await load.live_through(gateway, lambda _: None)
        await load.close_last_month(gateway)
        await watch_documents(Console(file=StringIO()), gateway, load.last_month)


async def summary_of(data_dir: Path) -> dict[str, Any]:
    """What the gateway tells of the organisation, without identifiers and in a stable order."""
    async with loading(data_dir) as (load, gateway):
        assert load.finished
        summary = await gateway.ask(SUMMARY, month=str(load.last_month))
    for connection in ("parents", "payouts"):
        summary[connection]["nodes"].sort(key=str)
    for parent in summary["parents"]["nodes"]:
        parent["sessionPackages"]["nodes"].sort(key=str)
    return summary


class KillingOnceAfterEachKind:
    """A reporter that dies as soon as the first deed of one more kind is done."""

    def __init__(self) -> None:
        self.kinds: set[type[Action]] = set()
        self._previous: type[Action] | None = None

    def __call__(self, action: Action) -> None:
        previous, self._previous = self._previous, type(action)
        if previous is not None and previous not in self.kinds:
            self.kinds.add(previous)
            self._previous = None
            raise Killed


async def load_with_kills(data_dir: Path) -> set[type[Action]]:
    """Each time the deed's line in the journal is lost, so that it is done again. Returns the kinds of those deeds."""
    report = KillingOnceAfterEachKind()
    killed = True
    while killed:
        async with loading(data_dir) as (load, gateway):
            try:
                await load.live_through(gateway, report)
                killed = False
            except Killed:
                pass
        if killed:
            forget_last_line(data_dir / JOURNAL_NAME)
    await load_all(data_dir)
    return report.kinds


def forget_last_line(journal: Path) -> None:
    journal.write_text("".join(journal.read_text().splitlines(keepends=True)[:-1]))


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of an uninterrupted load; nobody changes it."""
    data_dir = tmp_path_factory.mktemp("loaded")
    asyncio.run(load_all(data_dir))
    return data_dir


async def test_killed_after_every_kind_of_action_it_gives_the_same_organisation(loaded: Path, tmp_path: Path) -> None:
    repeated = await load_with_kills(tmp_path)
    at_once, killed = await summary_of(loaded), await summary_of(tmp_path)
    assert at_once == killed
    assert at_once["approved"]["totalCount"] > 100
    assert [cycle["status"] for cycle in at_once["billingCycles"]["nodes"]].count("CLOSED") == 3
    assert len(repeated) >= 10


async def test_a_second_start_changes_nothing(loaded: Path) -> None:
    before, journal = await summary_of(loaded), (loaded / JOURNAL_NAME).read_bytes()
    async with loading(loaded) as (load, _):
        assert load.finished
        assert load.pending == []
    assert await summary_of(loaded) == before
    assert (loaded / JOURNAL_NAME).read_bytes() == journal
    assert set(faces_of(loaded)) == {Role.PARENT, Role.TUTOR, Role.COORDINATOR}


async def test_what_the_command_line_asks_is_answered(loaded: Path) -> None:
    shown = StringIO()
    console = Console(file=shown, width=120)
    async with loading(loaded) as (load, gateway):
        await show_cycle(console, gateway, load.last_month, ZONE)
        await show_preview(console, gateway, load.last_month.plus(1))
        await watch_documents(console, gateway, load.last_month)
        parent = faces_of(loaded)[Role.PARENT]
        family = (await gateway.ask(FIRST_QUERY, id=parent.subject))["parent"]
    assert "CLOSED" in shown.getvalue()
    assert re.search(r"closed at +\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\+05:30", shown.getvalue())
    assert f"preview of {load.last_month.plus(1)}" in shown.getvalue()
    assert family["name"] == parent.name
    assert len(family["children"]) == 3
    assert {invoice["cycle"]["status"] for invoice in family["invoices"]["nodes"]} == {"CLOSED"}


async def test_the_clock_is_at_home_when_the_load_is_done(tmp_path: Path) -> None:
    clock = TravellingClock()
    with Journal(tmp_path / JOURNAL_NAME, Origin.of(SEED, date(2026, 5, 20), ZONE)) as journal:
        load = DemoLoad(few_families(organisation_of(journal.origin), FAMILIES), journal, clock)
        assert local_date(clock.now(), ZONE) == date(2026, 2, 20)
        async with hosted(tmp_path, clock) as host:
            await load.live_through(as_coordinator(host), lambda _: None)
        assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=5)


def test_the_demo_never_moves_in_with_another_organisation(tmp_path: Path) -> None:
    (tmp_path / "packages.sqlite").touch()
    assert demo_journal(tmp_path, ZONE, TravellingClock()) is None
    assert not (tmp_path / JOURNAL_NAME).exists()


def test_two_processes_never_load_at_once(tmp_path: Path) -> None:
    first = demo_journal(tmp_path, ZONE, TravellingClock())
    assert first is not None
    with first, pytest.raises(NivaaError, match="another process"):
        demo_journal(tmp_path, ZONE, TravellingClock())
