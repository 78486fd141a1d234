"""nivaa up: the five services in one process, with the demo organisation if asked for."""

from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
import uvloop
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from nivaa.commands.options import DataDir, overrides_of
from nivaa.cycle import show_cycle, watch_documents
from nivaa.demo.actions import Action
from nivaa.demo.faces import COORDINATOR, faces_of
from nivaa.demo.load import DemoLoad, demo_journal
from nivaa.demo.organisation import organisation_of
from nivaa.gateway import Gateway
from nivaa.welcome import welcome
from services.embedded import COMPONENTS
from shared.auth.viewer import Role, Viewer
from shared.clock import TravellingClock
from shared.errors import NivaaError
from shared.period import local_date
from shared.runtime.host import Host, open_host
from shared.runtime.logging import configure_logging
from shared.runtime.serving import serving, until_stopped
from shared.runtime.settings import Settings, load_settings


def up(
    demo: Annotated[bool, typer.Option("--demo", help="Load the demo organisation into an empty data folder.")] = False,
    port: Annotated[int | None, typer.Option(help="The port to listen on; NIVAA_PORT otherwise.")] = None,
    data_dir: DataDir = None,
) -> None:
    """Serve the five services in one process."""
    try:
        uvloop.run(_up(demo, overrides_of(data_dir, NIVAA_PORT=port)))
    except KeyboardInterrupt:
        typer.echo("Stopped; the next start goes on from here.")


async def _up(demo: bool, overrides: dict[str, object]) -> None:
    console = Console()
    settings = load_settings(Settings, overrides=overrides)
    # Progress is for people; who wants the log lines between it says so.
    configure_logging(settings.log_level if "log_level" in settings.model_fields_set else "warning")
    clock = TravellingClock()
    with ExitStack() as stack:
        load = _demo_load(stack, settings, clock) if demo else None
        async with open_host(COMPONENTS, clock=clock, overrides=overrides) as host, serving(host) as port:
            if load is not None:
                await _bring_to_today(console, host, load, settings.zone)
            stack.close()
            welcome(console, settings, f"http://{settings.host}:{port}", faces_of(settings.data_dir))
            await until_stopped(host)
    console.print("Stopped.")


def _demo_load(stack: ExitStack, settings: Settings, clock: TravellingClock) -> DemoLoad | None:
    journal = demo_journal(settings.data_dir, settings.zone, clock)
    if journal is None:
        return None
    return DemoLoad(organisation_of(journal.origin), stack.enter_context(journal), clock)


async def _bring_to_today(console: Console, host: Host, load: DemoLoad, zone: ZoneInfo) -> None:
    if load.finished:
        return
    gateway = as_coordinator(host)
    await _live_through(console, host, gateway, load)
    with console.status(f"Running the cycle of {load.last_month} ..."):
        await load.close_last_month(gateway)
    await show_cycle(console, gateway, load.last_month, zone)
    await watch_documents(console, gateway, load.last_month)


async def _live_through(console: Console, host: Host, gateway: Gateway, load: DemoLoad) -> None:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        total = len(load.demo.actions)
        task = progress.add_task("Loading the demo", total=total, completed=total - len(load.pending))

        def report(action: Action) -> None:
            day = local_date(action.at, host.settings.zone)
            progress.update(task, advance=1, description=f"Loading the demo: {day}")

        await load.live_through(gateway, report)


def as_coordinator(host: Host) -> Gateway:
    """The gateway of a host in this process. Raises NivaaError where tokens come from elsewhere."""
    if host.token_issuer is None:
        raise NivaaError("the demo needs the local key: unset NIVAA_JWKS_URL")
    viewer = Viewer(COORDINATOR, Role.COORDINATOR)
    return Gateway(host.peer("gateway"), host.token_issuer.mint(viewer, datetime.now(UTC), timedelta(days=1)))
