"""nivaa invoices: are all the PDFs still what was stored, and which could not be rendered?"""

from collections.abc import AsyncGenerator
from contextlib import aclosing, asynccontextmanager

import typer
import uvloop
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from nivaa.commands.options import DataDir, overrides_of
from services.invoicing.settings import InvoicingSettings
from services.invoicing.verification import count_rendered, parked_documents, verify_documents
from shared.database.database import Database, DatabaseConfig, open_database
from shared.errors import NivaaError
from shared.files.opening import open_file_store
from shared.runtime.settings import load_settings

invoices = typer.Typer(no_args_is_help=True, help="Look after the invoices' PDFs.")


@invoices.command()
def verify(data_dir: DataDir = None) -> None:
    """Read every PDF again and compare it with the hash that was kept; ends with 1 when one is lost or changed."""
    if uvloop.run(_verify(_settings(data_dir))):
        raise typer.Exit(1)


@invoices.command()
def parked(data_dir: DataDir = None) -> None:
    """A line for each PDF that could not be rendered, and why."""
    uvloop.run(_show_parked(_settings(data_dir)))


def _settings(data_dir: DataDir) -> InvoicingSettings:
    return load_settings(InvoicingSettings, overrides=overrides_of(data_dir))


async def _verify(settings: InvoicingSettings) -> int:
    """How many are not as they were."""
    console = Console(highlight=False, markup=False, soft_wrap=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    faults = 0
    async with _invoicing_database(settings) as database, open_file_store(settings.files) as files:
        await files.check()
        with Progress(*columns, console=console) as progress:
            task = progress.add_task("Reading the PDFs", total=await count_rendered(database))
            async with aclosing(verify_documents(database, files)) as documents:
                async for document in documents:
                    progress.advance(task)
                    if document.fault is not None:
                        faults += 1
                        console.print(f"{document.number}, version {document.version}: {document.fault}")
    read = int(progress.tasks[task].completed)
    console.print(f"{faults} of {read} PDFs are lost or changed." if faults else f"All {read} PDFs are as stored.")
    return faults


async def _show_parked(settings: InvoicingSettings) -> None:
    console = Console(highlight=False, markup=False, soft_wrap=True)
    async with _invoicing_database(settings) as database:
        rows = await parked_documents(database)
    for row in rows:
        console.print(f"{row['number']}, version {row['version']}, {row['attempts']} attempts: {row['reason']}")
    if not rows:
        console.print("No parked documents.")


@asynccontextmanager
async def _invoicing_database(settings: InvoicingSettings) -> AsyncGenerator[Database, None]:
    """The one that the service works on, or has left. Raises NivaaError where there is none."""
    config = DatabaseConfig("invoicing", settings.database_url("invoicing"))
    if config.dialect == "sqlite" and not config.sqlite_path.exists():
        raise NivaaError(f"there are no invoices in {settings.data_dir}")
    async with open_database(config) as database:
        yield database
