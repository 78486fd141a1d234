"""nivaa run-monthly: closes a month, or shows what closing it would give."""

from typing import Annotated

import typer
import uvloop
from rich.console import Console

from nivaa.commands.options import DataDir, Token, settings_of
from nivaa.cycle import run_cycle, show_cycle, show_preview, watch_documents
from nivaa.reaching import reach_gateway
from shared.period import Month
from shared.runtime.settings import Settings


def run_monthly(
    month: Annotated[str, typer.Argument(help='Such as "2026-10".')],
    preview: Annotated[bool, typer.Option("--preview", help="Compute the same numbers and write nothing.")] = False,
    data_dir: DataDir = None,
    token: Token = None,
) -> None:
    """Run a month's billing cycle: statements, payouts, close."""
    uvloop.run(_run_monthly(Month.parse(month), preview, settings_of(data_dir, token)))


async def _run_monthly(month: Month, preview: bool, settings: Settings) -> None:
    console = Console()
    async with reach_gateway(settings) as gateway:
        if preview:
            await show_preview(console, gateway, month)
            return
        with console.status(f"Running the cycle of {month} ..."):
            await run_cycle(gateway, month)
        await show_cycle(console, gateway, month, settings.zone)
        await watch_documents(console, gateway, month)
