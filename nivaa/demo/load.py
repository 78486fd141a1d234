"""Loads the demo organisation through the product's own gateway, each action on its own day.

The clock travels to the instant of each action and comes home at the end. The journal knows what is done, so a load
that was killed goes on where it was; an action between its deed and its line in the journal is done twice, which its
key makes harmless.
"""

import asyncio
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

from nivaa.cycle import run_cycle
from nivaa.demo.actions import Action
from nivaa.demo.journal import FINISHED, Journal, Origin
from nivaa.demo.office import Office
from nivaa.demo.organisation import SEED, Organisation
from nivaa.gateway import Gateway, Refused
from shared.clock import Clock, TravellingClock
from shared.period import Month, local_date

JOURNAL_NAME = "demo.journal"
_PATIENCE_SECONDS = 30.0
_PAUSE_SECONDS = 0.5

Report = Callable[[Action], None]
"""Told of each action before it is done."""


class DemoLoad:
    """What is still to be loaded. Make it before a host is opened: the host must not see a day that is yet to come."""

    def __init__(self, demo: Organisation, journal: Journal, clock: TravellingClock) -> None:
        self.demo = demo
        self.pending = [action for action in demo.actions if action.key not in journal.ids]
        self.finished = FINISHED in journal.ids
        self._journal = journal
        self._clock = clock
        if self.pending:
            clock.travel_to(self.pending[0].at)

    @property
    def last_month(self) -> Month:
        return self.demo.season.last_month

    async def live_through(self, gateway: Gateway, report: Report) -> None:
        """Everything up to yesterday."""
        office = Office(gateway, self._journal.ids)
        for action in self.pending:
            report(action)
            self._clock.travel_to(action.at)
            self._journal.note(action.key, await _patiently(office, action))
        self._clock.come_home()

    async def close_last_month(self, gateway: Gateway) -> None:
        """Today."""
        await run_cycle(gateway, self.last_month, f"cycle/{self.last_month}")
        self._journal.note(FINISHED)


async def _patiently(office: Office, action: Action) -> str | None:
    """A killed process leaves events leased; until the lease runs out, one service does not know another's people."""
    loop = asyncio.get_running_loop()
    until = loop.time() + _PATIENCE_SECONDS
    while True:
        try:
            return await office.do(action)
        except Refused as refused:
            if refused.code != "NOT_FOUND" or loop.time() > until:
                raise
        await asyncio.sleep(_PAUSE_SECONDS)


def demo_journal(data_dir: Path, zone: ZoneInfo, clock: Clock) -> Journal | None:
    """The demo's journal, begun in an empty data folder; None where another organisation lives already."""
    path = data_dir / JOURNAL_NAME
    if not path.exists() and any(data_dir.glob("*.sqlite")):
        return None
    return Journal(path, Origin.of(SEED, local_date(clock.now(), zone), zone))
