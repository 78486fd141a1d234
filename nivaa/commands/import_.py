"""nivaa import: people or sessions from a CSV file (docs/imports.md)."""

from pathlib import Path
from typing import Annotated

import typer
import uvloop
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from nivaa.commands.options import DataDir, Token, settings_of
from nivaa.imports.columns import PEOPLE, SESSIONS, Table
from nivaa.imports.lines import UnusableFile
from nivaa.imports.sending import Advance, Tally, check, read_into, store
from nivaa.imports.spool import Spool
from nivaa.reaching import reach_gateway
from shared.runtime.settings import Settings

import_ = typer.Typer(no_args_is_help=True, help="Import people or sessions from a CSV file.")
File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="UTF-8, its first line names the columns.")]
Partial = Annotated[bool, typer.Option("--partial", help="Keep the good lines beside bad ones.")]


@import_.command()
def people(file: File, partial: Partial = False, data_dir: DataDir = None, token: Token = None) -> None:
    """Parents, children and tutors, each once for its external reference."""
    _import(PEOPLE, file, partial, settings_of(data_dir, token))


@import_.command()
def sessions(file: File, partial: Partial = False, data_dir: DataDir = None, token: Token = None) -> None:
    """Taught sessions, each once for its external reference."""
    _import(SESSIONS, file, partial, settings_of(data_dir, token))


def _import(table: Table, file: Path, partial: bool, settings: Settings) -> None:
    columns = (
        *(TextColumn("{task.description}"), BarColumn(), TaskProgressColumn()),
        *(TimeElapsedColumn(), TimeRemainingColumn()),
    )
    tally = Tally()
    with Spool.open() as spool:
        try:
            with Progress(*columns) as progress:
                _read(spool, file, table, progress)
                if spool.lines:
                    uvloop.run(_send(spool, table, partial, settings, progress, tally))
        finally:
            _name_bad_lines(spool)
        refused = spool.refused
    typer.echo(f"{file.name}: {tally.created} new, {tally.unchanged} known before, {refused} bad.")
    if refused:
        typer.echo("Nothing was stored." if not partial else "The good lines are stored.", err=True)
        raise typer.Exit(1)


def _read(spool: Spool, file: Path, table: Table, progress: Progress) -> None:
    task = progress.add_task("Reading", total=file.stat().st_size)
    try:
        read_into(spool, file, table, lambda bytes_: progress.advance(task, bytes_))
    except UnusableFile as unusable:
        progress.remove_task(task)
        raise typer.BadParameter(f"{file.name}: {unusable}") from None


async def _send(
    spool: Spool, table: Table, partial: bool, settings: Settings, progress: Progress, tally: Tally
) -> None:
    def watch(name: str) -> Advance:
        task = progress.add_task(name, total=spool.lines)
        return lambda lines: progress.advance(task, lines)

    async with reach_gateway(settings) as gateway:
        if not partial:
            await check(spool, gateway, table, watch("Checking"))
            if spool.refused:
                return
        try:
            await store(spool, gateway, table, partial, tally, watch("Storing"))
        except BaseException:
            typer.echo(f"{tally.stored} lines are stored. Import the same file again: it goes on from there.", err=True)
            raise


def _name_bad_lines(spool: Spool) -> None:
    for number, reason in spool.bad_lines():
        typer.echo(f"line {number}: {reason}", err=True)
