"""nivaa verify: does a closed month still say what it said when it was closed?"""

from typing import Annotated

import typer
import uvloop
from rich.console import Console

from nivaa.commands.options import DataDir, Token, settings_of
from nivaa.cycle import verify_cycle
from nivaa.reaching import reach_gateway
from shared.period import Month
from shared.runtime.settings import Settings


def verify(
    month: Annotated[str, typer.Argument(help='Such as "2026-10".')], data_dir: DataDir = None, token: Token = None
) -> None:
    """Compute a closed month's hash anew from its rows; ends with 1 when it is another than the stored one."""
    if not uvloop.run(_verify(Month.parse(month), settings_of(data_dir, token))):
        raise typer.Exit(1)


async def _verify(month: Month, settings: Settings) -> bool:
    async with reach_gateway(settings) as gateway:
        return await verify_cycle(Console(), gateway, month, settings.zone)
