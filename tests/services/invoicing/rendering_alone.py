"""A process that renders what is queued until it is killed: `python -m ... DATABASE_URL FOLDER RENDERER`."""

import asyncio
import sys
from pathlib import Path

from services.invoicing.document.html import Typesetter
from services.invoicing.rendering import RenderingJob
from services.invoicing.work import InvoicingWork
from shared.clock import SystemClock
from shared.database.database import DatabaseConfig, open_database
from shared.files.folder import FolderStore
from shared.messaging.outbox import Outbox
from tests.services.invoicing.documents import ORGANISATION, ZONE


async def main(database_url: str, folder: Path, renderer: Path) -> None:
    async with open_database(DatabaseConfig("invoicing", database_url)) as database:
        work = InvoicingWork(
            database=database, outbox=Outbox(), clock=SystemClock(), organisation=ORGANISATION, zone=ZONE
        )
        await RenderingJob(work, FolderStore.open(folder / "files"), Typesetter(), binary=renderer).run()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])))
